import type { z } from "zod";
import type { ConfigSection } from "../core/capability.ts";
import { TuttiError } from "../core/error.ts";
import { invalidFile } from "./config-file.ts";
import type { ConfigFile } from "./config-file.ts";
import { alternatives, toSettingSchema, typeInWords } from "./json-schema.ts";
import type { SettingSchema } from "./json-schema.ts";
import { nearest } from "../core/nearest.ts";
import { configSchema } from "./schema.ts";
import type { Setting, SettingKey } from "./setting.ts";

interface Sources {
  readonly settings: readonly Setting[];
  readonly file: ConfigFile | undefined;
  readonly sections: readonly ConfigSection[];
}

type Issue = z.core.$ZodIssue;

/** The error for what the schema found wrong: the first mistake with its place, and how many more there are. */
export function problemOf(issues: readonly Issue[], sources: Sources): TuttiError {
  const [first] = issues;
  if (!first) return new TuttiError("config.invalid", "the configuration is not valid");
  const error =
    first.code === "unrecognized_keys"
      ? unknownKey(first.path, first.keys[0] ?? "", sources)
      : invalidValue(first, sources);
  const more = issues.reduce(
    (count, issue) => count + (issue.code === "unrecognized_keys" ? issue.keys.length : 1),
    -1,
  );
  if (more === 0) return error;
  return new TuttiError(
    error.code,
    `${error.message} (and ${more} more ${more === 1 ? "mistake" : "mistakes"})`,
    detailsOf(error),
  );
}

/** For a name given by hand: in `--set`, or to the configuration's operations. */
export function unknownSetting(name: string, keys: readonly SettingKey[], where?: string): TuttiError {
  const near = nearSettings(name, keys);
  const meant = near.length === 1 ? near[0] : undefined;
  const choice = near.length > 0 ? `Near it are ${near.join(", ")}.` : "`tutti config list` shows all keys.";
  return new TuttiError("config.unknown_key", `there is no setting "${name}"${didYouMean(meant)}`, {
    hint: meant ? `Write ${meant}.` : choice,
    data: { key: name, nearest: near[0] },
    ...(where === undefined ? {} : { where }),
  });
}

const mostNear = 4;
// "to" is in a dozen names.
const shortestPart = 3;

/** The one that was misspelled, else those that the word is a part of, else all of the section that was named. */
function nearSettings(name: string, keys: readonly SettingKey[]): string[] {
  const misspelled = nearestSetting(name, keys);
  if (misspelled) return [misspelled];
  const part = name.toLowerCase();
  const names = keys.map((key) => key.name);
  const containing = part.length < shortestPart ? [] : names.filter((key) => key.toLowerCase().includes(part));
  if (containing.length > 0) return containing.slice(0, mostNear);
  const section = `${name.split(".")[0]}.`;
  return names.filter((key) => key.startsWith(section)).slice(0, mostNear);
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    Object.prototype.toString.call(value) === "[object Object]"
  );
}

function unknownKey(parents: readonly PropertyKey[], key: string, sources: Sources): TuttiError {
  const path = [...parents, key];
  const name = path.map(String).join(".");
  const meant = nearest(key, siblings(parents, sources.sections)) ?? nearestSetting(name, sources.settings);
  const place = placeOf(path, sources);
  return new TuttiError("config.unknown_key", `unknown key "${name}" in ${place.where}${didYouMean(meant)}`, {
    where: place.where,
    hint: meant ? `Write ${meant}.` : "`tutti config list` shows all keys.",
    data: { ...place.data, key: name, nearest: meant },
  });
}

function invalidValue(issue: Issue, sources: Sources): TuttiError {
  const name = issue.path.map(String).join(".");
  const setting = sources.settings.find((candidate) => candidate.name === issue.path.slice(0, 2).join("."));
  const place = placeOf(issue.path, sources);
  if (issue.path.length === 0 && sources.file) {
    return invalidFile(sources.file.placeOf([]), "it must hold sections with keys", sources.file.sourceLine);
  }
  // zod says "Invalid input" for a union; the setting's type in words says more.
  const wanted =
    setting && issue.code.startsWith("invalid_") ? `must be ${typeInWords(setting.schema)}` : issue.message;
  return new TuttiError("config.invalid", `${place.where}: ${name} ${issue.path.length > 2 ? issue.message : wanted}`, {
    where: place.where,
    data: { ...place.data, key: name },
    ...(setting?.schema.description ? { hint: setting.schema.description } : {}),
  });
}

interface Place {
  readonly where: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Where the value that won comes from: a variable, a flag, or a place in the file. */
function placeOf(path: readonly PropertyKey[], { settings, file }: Sources): Place {
  const setting = settings.find((candidate) => candidate.name === path.slice(0, 2).join("."));
  const winner = setting?.layers[0];
  if (winner && winner.layer !== "file" && winner.layer !== "default")
    return { where: winner.source, data: { source: winner.source } };
  if (!file) return { where: path.map(String).join("."), data: {} };
  const place = file.placeOf(path);
  return {
    where: `${place.file}:${place.line}:${place.column}`,
    data: { ...place, source: file.sourceLine(place.line) },
  };
}

/** The keys that could stand beside an unknown one. */
function siblings(parents: readonly PropertyKey[], sections: readonly ConfigSection[]): string[] {
  let schemas: readonly SettingSchema[] = [toSettingSchema(configSchema(sections))];
  for (const part of parents) {
    schemas = schemas.flatMap((schema) => {
      const inner = typeof part === "number" ? schema.items : schema.properties?.[String(part)];
      return inner ? alternatives(inner) : [];
    });
  }
  return schemas.flatMap((schema) => Object.keys(schema.properties ?? {}));
}

/** By the whole name, or by the key alone: `maxReadBytes` without its section means `tools.maxReadBytes`. */
function nearestSetting(name: string, keys: readonly SettingKey[]): string | undefined {
  const whole = nearest(
    name,
    keys.map((key) => key.name),
  );
  if (whole) return whole;
  const last = nearest(
    name.split(".").at(-1) ?? name,
    keys.map((key) => key.key),
  );
  return keys.find((key) => key.key === last)?.name;
}

function didYouMean(meant: string | undefined): string {
  return meant ? `; did you mean "${meant}"?` : "";
}

function detailsOf({ hint, where, data }: TuttiError) {
  return { ...(hint ? { hint } : {}), ...(where ? { where } : {}), data };
}
