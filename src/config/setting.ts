import type { SettingSchema } from "./json-schema.ts";

/** One key of one section. */
export interface SettingKey {
  /** `section.key`. */
  readonly name: string;
  readonly section: string;
  readonly key: string;
  readonly environment: string;
  readonly schema: SettingSchema;
  readonly isSecret: boolean;
}

export type Layer = "flag" | "environment" | "file" | "default";

/** What one layer says about a setting. */
export interface LayerValue {
  readonly layer: Layer;
  readonly value: unknown;
  /** `--set`, the name of a variable, `tutti.yaml:3:5`, or `default`. */
  readonly source: string;
  /** True when the value comes from the `.env` with the secrets. */
  readonly isFromSecrets: boolean;
}

/** A setting with all that was said about it; the first layer wins. */
export interface Setting extends SettingKey {
  readonly layers: readonly LayerValue[];
}
