import { TuttiError } from "../core/error.ts";
import { coerce } from "./coerce.ts";
import type { Environment } from "./config-file.ts";
import { editDistance, nearest } from "../core/nearest.ts";
import { environmentName } from "./schema.ts";
import type { LayerValue, SettingKey } from "./setting.ts";

/** Names that people know from elsewhere, or that are shorter than the rule makes them. */
export const shortNames: Readonly<Record<string, string>> = {
  TUTTI_DATABASE: "storage.database",
  OLLAMA_HOST: "models.host",
  OLLAMA_NUM_PARALLEL: "models.parallel",
  OLLAMA_MAX_LOADED_MODELS: "models.maxLoaded",
};

/** Not settings: where the data lies, and what tests hand to each other. */
function isReserved(name: string): boolean {
  return name === "TUTTI_HOME" || name.startsWith("TUTTI_TEST_");
}

export interface EnvironmentInput {
  readonly environment: Environment;
  /** The `.env` beside tutti.yaml: the real environment wins over it. */
  readonly secrets: Environment;
  readonly keys: readonly SettingKey[];
}

/** The settings that the environment makes, by `section.key`. An empty variable counts as not set. */
export function readEnvironment({ environment, secrets, keys }: EnvironmentInput): Map<string, LayerValue> {
  const layers = new Map<string, LayerValue>();
  const names = new Map(keys.map((key) => [key.environment, key]));
  for (const [name, setting] of Object.entries(shortNames)) {
    const key = keys.find((candidate) => candidate.name === setting);
    if (key) names.set(name, key);
  }
  const given = Object.entries({ ...secrets, ...withoutEmpty(environment) });
  // By name, so that of two names for one setting TUTTI_DATABASE wins over TUTTI_STORAGE_DATABASE, and any TUTTI_ over OLLAMA_HOST.
  for (const [name, text] of given.toSorted(([a], [b]) => rank(a) - rank(b))) {
    if (text === undefined || text === "") continue;
    const key = names.get(name);
    if (!key) refuseMisspelled(name, names);
    else
      layers.set(key.name, { layer: "environment", value: coerce(text, key.schema), ...sourceOf(name, environment) });
  }
  return layers;
}

function rank(name: string): number {
  if (!name.startsWith("TUTTI_")) return 0;
  return Object.hasOwn(shortNames, name) ? 2 : 1;
}

function sourceOf(name: string, environment: Environment): { source: string; isFromSecrets: boolean } {
  const isFromSecrets = !environment[name];
  return { source: isFromSecrets ? `${name} in .env` : name, isFromSecrets };
}

function withoutEmpty(environment: Environment): Environment {
  return Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined && value !== ""));
}

/** A name of a known section, or nearly one that is known, is a mistake; anything else belongs to somebody else. */
function refuseMisspelled(name: string, names: ReadonlyMap<string, SettingKey>): void {
  if (!name.startsWith("TUTTI_") || isReserved(name)) return;
  const meant = nearest(name, names.keys());
  const isOfKnownSection = [...names.values()].some(({ section }) => name.startsWith(environmentName(section, "")));
  if (!isOfKnownSection && (meant === undefined || editDistance(name, meant) > 2)) return;
  throw new TuttiError(
    "config.unknown_key",
    `the environment variable ${name} names no setting${meant ? `; did you mean ${meant}?` : ""}`,
    {
      where: name,
      hint: meant ? `Write ${meant}.` : "`tutti config list` shows all settings with their variables.",
      data: { key: name, nearest: meant },
    },
  );
}
