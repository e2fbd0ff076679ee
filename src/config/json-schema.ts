import { z } from "zod";

/** The part of JSON Schema that settings are described with. */
export interface SettingSchema {
  /** Several for a union of plain types. */
  readonly type?: string | readonly string[] | undefined;
  readonly description?: string | undefined;
  readonly default?: unknown;
  readonly enum?: readonly unknown[] | undefined;
  readonly const?: unknown;
  readonly minimum?: number | undefined;
  readonly maximum?: number | undefined;
  readonly items?: SettingSchema | undefined;
  readonly anyOf?: readonly SettingSchema[] | undefined;
  readonly oneOf?: readonly SettingSchema[] | undefined;
  readonly properties?: Readonly<Record<string, SettingSchema>> | undefined;
  /** Set by `.meta({ secret: true })`: the value is never shown. */
  readonly secret?: boolean | undefined;
}

const settingSchema: z.ZodType<SettingSchema> = z.looseObject({
  type: z.union([z.string(), z.array(z.string())]).optional(),
  description: z.string().optional(),
  default: z.unknown().optional(),
  enum: z.array(z.unknown()).optional(),
  const: z.unknown().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  get items() {
    return settingSchema.optional();
  },
  get anyOf() {
    return z.array(settingSchema).optional();
  },
  get oneOf() {
    return z.array(settingSchema).optional();
  },
  get properties() {
    return z.record(z.string(), settingSchema).optional();
  },
  secret: z.boolean().optional(),
});

/** What may be written for a schema, as data: types, defaults and descriptions without zod's insides. */
export function toSettingSchema(schema: z.ZodType): SettingSchema {
  return settingSchema.parse(z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }));
}

/** The forms that a value may take: one, or those of a union. */
export function alternatives(
  schema: SettingSchema,
): readonly (SettingSchema & { readonly type?: string | undefined })[] {
  const { type, ...rest } = schema;
  if (schema.anyOf || schema.oneOf) return (schema.anyOf ?? schema.oneOf ?? []).flatMap(alternatives);
  return typeof type === "object" ? type.map((one) => ({ ...rest, type: one })) : [{ ...rest, type }];
}

/** A type in words: `number from 1`, `"info" or "debug"`, `list of text`. */
export function typeInWords(schema: SettingSchema): string {
  return [...new Set(alternatives(schema).map(formInWords))].join(" or ");
}

function formInWords(form: ReturnType<typeof alternatives>[number]): string {
  if (form.enum) return form.enum.map((value) => JSON.stringify(value)).join(" or ");
  if (form.const !== undefined) return JSON.stringify(form.const);
  if (form.type === "array") return `list of ${form.items ? typeInWords(form.items) : "anything"}`;
  if (form.type === "integer" || form.type === "number") return numberInWords(form);
  return words[form.type ?? ""] ?? "anything";
}

const words: Readonly<Record<string, string>> = {
  string: "text",
  boolean: "true or false",
  object: "keys and values",
  null: "nothing",
};

function numberInWords({ type, minimum, maximum }: SettingSchema): string {
  const name = type === "integer" ? "whole number" : "number";
  // zod states the safe integers as bounds of every whole number.
  const low = minimum !== undefined && minimum > Number.MIN_SAFE_INTEGER ? ` from ${minimum}` : "";
  const high = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER ? ` to ${maximum}` : "";
  return name + low + high;
}
