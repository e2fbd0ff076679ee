import type { Config } from "./load.ts";
import { findSetting } from "./load.ts";
import type { LayerValue, Setting } from "./setting.ts";
import { typeInWords } from "./json-schema.ts";

export interface Explanation {
  readonly key: string;
  readonly description: string;
  readonly type: string;
  /** The variable that sets it. */
  readonly environment: string;
  readonly value: unknown;
  /** Where the value comes from. */
  readonly source: string;
  readonly layers: readonly { layer: string; value: unknown; source: string; wins: boolean }[];
}

/** What each layer says about a setting, the strongest first, and which one wins. Secrets are hidden. */
export function explainSetting(config: Config, key: string): Explanation {
  return explain(findSetting(config, key));
}

export function explain(setting: Setting): Explanation {
  const winner = setting.layers[0];
  return {
    key: setting.name,
    description: setting.schema.description ?? "",
    type: typeInWords(setting.schema),
    environment: setting.environment,
    value: winner ? shown(setting, winner) : null,
    source: winner?.source ?? "default",
    layers: setting.layers.map((layer, index) => ({
      layer: layer.layer,
      value: shown(setting, layer),
      source: layer.source,
      wins: index === 0,
    })),
  };
}

export const hidden = "••••••";

/** A value that may be printed. */
function shown({ isSecret }: Setting, { value, isFromSecrets, layer }: LayerValue): unknown {
  if (value === undefined || value === null || value === "") return value ?? null;
  if (layer === "default") return value;
  return isSecret || isFromSecrets ? hidden : withoutPasswords(value);
}

/** `postgres://user:password@host` shows who and where, and not the password. */
function withoutPasswords(value: unknown): unknown {
  if (typeof value === "string") return value.replace(/(\/\/[^/\s:@]*:)[^\s/]*@/g, `$1${hidden}@`);
  if (Array.isArray(value)) return value.map(withoutPasswords);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withoutPasswords(inner)]));
}
