import type { Config } from "./load.ts";

/** The keys whose value is another one; both were read with the same sections. */
export function changedKeys(old: Config, wanted: Config): string[] {
  return wanted.settings.flatMap(({ name, layers }, at) =>
    JSON.stringify(layers[0]?.value) === JSON.stringify(old.settings[at]?.layers[0]?.value) ? [] : [name],
  );
}
