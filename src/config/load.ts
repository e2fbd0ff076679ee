import { dirname, join } from "node:path";
import type { z } from "zod";
import type { ConfigSection } from "../core/capability.ts";
import { TuttiError } from "../core/error.ts";
import { issueInWords } from "../core/issue.ts";
import { coerce } from "./coerce.ts";
import { findConfigFile, readConfigFile, readSecrets } from "./config-file.ts";
import type { ConfigFile, Environment } from "./config-file.ts";
import { readEnvironment } from "./environment.ts";
import { isRecord, problemOf, unknownSetting } from "./problem.ts";
import { configSchema, settingKeys } from "./schema.ts";
import type { LayerValue, Setting, SettingKey } from "./setting.ts";

export interface ConfigInput {
  readonly sections: readonly ConfigSection[];
  /** Where the search for tutti.yaml begins. */
  readonly folder: string;
  readonly environment: Environment;
  /** Values by `section.key`; text is taken as in the environment. */
  readonly flags?: Readonly<Record<string, unknown>>;
  /** A file named by hand instead of the one sought; null for none at all. */
  readonly file?: string | null | undefined;
}

/** The whole configuration, read once. */
export interface Config {
  readonly sections: readonly ConfigSection[];
  /** The tutti.yaml in use. */
  readonly file: string | undefined;
  readonly settings: readonly Setting[];
  /** Why the settings could not be used; all values are the defaults then. */
  readonly problem: TuttiError | null;
  /** The values of a section, frozen. */
  get<Schema extends z.ZodObject>(section: { readonly name: string; readonly schema: Schema }): z.output<Schema>;
}

/** Reads flags, environment, file and defaults, in this order of precedence, and checks the whole. */
export function loadConfig({ sections, folder, environment, flags = {}, file }: ConfigInput): Config {
  const keys = settingKeys(sections);
  const path = file === null ? undefined : (file ?? findConfigFile(folder));
  const secrets = path === undefined ? {} : readSecrets(join(dirname(path), ".env"));
  const configFile =
    path === undefined ? undefined : readConfigFile(path, folder, { ...secrets, ...present(environment) });
  const fromFlags = readFlags(flags, keys);
  const fromEnvironment = readEnvironment({ environment, secrets, keys });
  const settings = keys.map((key): Setting => {
    const layers = [
      fromFlags.get(key.name),
      fromEnvironment.get(key.name),
      configFile && fileLayer(configFile, key, secrets),
      { layer: "default" as const, value: key.schema.default, source: "default", isFromSecrets: false },
    ];
    return Object.freeze({ ...key, layers: layers.filter((layer) => layer !== undefined) });
  });
  const values = check(sections, settings, configFile);
  return Object.freeze({
    sections,
    file: path,
    settings,
    problem: null,
    // Parsed anew, since only the section's own schema knows the type of its values.
    get: <Schema extends z.ZodObject>(section: { readonly name: string; readonly schema: Schema }) =>
      deepFreeze(section.schema.parse(values[section.name] ?? {})),
    // A config that lands in a log must not take secrets there.
    toJSON: () => ({ file: path, settings: settings.length }),
  });
}

/** The same; where the settings cannot be used, the defaults and the reason: for what must work all the same. */
export function loadConfigOrDefaults(input: ConfigInput): Config {
  try {
    return loadConfig(input);
  } catch (error) {
    if (!(error instanceof TuttiError) || !error.code.startsWith("config.")) throw error;
    const defaults = loadConfig({ sections: input.sections, folder: "/", environment: {}, file: null });
    return Object.freeze({ ...defaults, file: input.file ?? findConfigFile(input.folder), problem: error });
  }
}

function present(environment: Environment): Environment {
  return Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined));
}

function readFlags(flags: Readonly<Record<string, unknown>>, keys: readonly SettingKey[]): Map<string, LayerValue> {
  const layers = new Map<string, LayerValue>();
  for (const [name, given] of Object.entries(flags)) {
    if (given === undefined) continue;
    const key = keys.find((candidate) => candidate.name === name);
    if (!key) throw unknownSetting(name, keys, `--set ${name}`);
    const value = typeof given === "string" ? coerce(given, key.schema) : given;
    layers.set(name, { layer: "flag", value, source: `--set ${name}`, isFromSecrets: false });
  }
  return layers;
}

function fileLayer(file: ConfigFile, key: SettingKey, secrets: Environment): LayerValue | undefined {
  const section = isRecord(file.content) ? file.content[key.section] : undefined;
  if (!isRecord(section) || !Object.hasOwn(section, key.key)) return undefined;
  const names = file.references.get(key.name) ?? [];
  const given = section[key.key];
  const place = file.placeOf([key.section, key.key]);
  return {
    layer: "file",
    // YAML knows its types, but what a ${NAME} stands for is always text.
    value: names.length > 0 && typeof given === "string" ? coerce(given, key.schema) : given,
    source: `${place.file}:${place.line}:${place.column}`,
    isFromSecrets: names.some((name) => Object.hasOwn(secrets, name)),
  };
}

/** The winners by section, after the whole has passed the schema of all sections. */
function check(
  sections: readonly ConfigSection[],
  settings: readonly Setting[],
  file: ConfigFile | undefined,
): Record<string, Record<string, unknown>> {
  // What the file holds beyond the known keys goes along, so that the strict schema finds it.
  const values = copySections(file);
  const merged = isRecord(values) ? values : {};
  for (const { section, key, layers } of settings) {
    const winner = layers[0];
    if (winner === undefined || winner.layer === "default") continue;
    const target = merged[section] ?? {};
    if (isRecord(target)) merged[section] = { ...target, [key]: winner.value };
  }
  const result = configSchema(sections).safeParse(isRecord(values) ? merged : values, { error: issueInWords });
  if (!result.success) throw problemOf(result.error.issues, { settings, file, sections });
  return Object.fromEntries(Object.entries(merged).map(([name, value]) => [name, isRecord(value) ? value : {}]));
}

/** An empty file, or a section with all its keys commented out, says nothing. */
function copySections(file: ConfigFile | undefined): unknown {
  const content = file?.content ?? {};
  if (!isRecord(content)) return content;
  return Object.fromEntries(Object.entries(content).map(([name, value]) => [name, value ?? {}]));
}

function deepFreeze<T>(value: T): T {
  if (Array.isArray(value) || isRecord(value)) {
    for (const inner of Object.values(value)) deepFreeze(inner);
    Object.freeze(value);
  }
  return value;
}

/** The setting of a name; `config.unknown_key` with the nearest one otherwise. */
export function findSetting(config: Config, name: string): Setting {
  const setting = config.settings.find((candidate) => candidate.name === name);
  if (setting) return setting;
  const section = config.sections.find((candidate) => candidate.name === name);
  if (!section) throw unknownSetting(name, config.settings);
  const first = config.settings.find((candidate) => candidate.section === name)?.name;
  const hint = first ? `Name a key of it, such as ${first}.` : "It has no keys.";
  throw new TuttiError("config.unknown_key", `"${name}" is a section, not a key`, { hint });
}
