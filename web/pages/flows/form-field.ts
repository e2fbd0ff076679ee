/** A field of the form that a flow's input schema makes. */
export interface FormField {
  readonly name: string;
  readonly kind: "text" | "lines" | "number" | "integer" | "boolean" | "choice" | "json";
  readonly isRequired: boolean;
  readonly description: string | null;
  readonly choices: readonly string[];
  readonly fallback: unknown;
}

interface Schema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly description?: string;
  readonly default?: unknown;
  readonly maxLength?: number;
}

/** The fields of an object's schema; null where the input is no object, so that it is written as JSON. */
export function fieldsOf(schema: unknown): readonly FormField[] | null {
  if (!isSchema(schema) || schema.type !== "object" || schema.properties === undefined) return null;
  const required = schema.required ?? [];
  return Object.entries(schema.properties).map(([name, part]) => ({
    name,
    kind: kindOf(part),
    // What has a value of its own need not be given, whatever the schema says of its output.
    isRequired: required.includes(name) && part.default === undefined,
    description: part.description ?? null,
    choices: part.enum?.filter((value) => typeof value === "string") ?? [],
    fallback: part.default,
  }));
}

function kindOf({ type, enum: values, items }: Schema): FormField["kind"] {
  if (values !== undefined && values.every((value) => typeof value === "string")) return "choice";
  if (type === "string") return "text";
  if (type === "number" || type === "integer" || type === "boolean") return type;
  return type === "array" && items?.type === "string" ? "lines" : "json";
}

/** What stands in a field: text as typed, or a tick. */
export type FieldValue = string | boolean;

export type ReadForm = { readonly input: Record<string, unknown> } | { readonly problems: ReadonlyMap<string, string> };

/** The input that the fields make. An empty field that may be empty is left out, so that the flow's own default counts. */
export function readForm(fields: readonly FormField[], values: Readonly<Record<string, FieldValue>>): ReadForm {
  const problems = new Map<string, string>();
  const input: Record<string, unknown> = {};
  for (const field of fields) {
    const read = readField(field, values[field.name] ?? "");
    if ("problem" in read) problems.set(field.name, read.problem);
    else if (read.value !== undefined) input[field.name] = read.value;
  }
  return problems.size > 0 ? { problems } : { input };
}

type ReadField = { readonly value: unknown } | { readonly problem: string };

function readField(field: FormField, value: FieldValue): ReadField {
  if (typeof value === "boolean") return { value };
  if (field.kind === "boolean") return { value: undefined };
  if (value.trim() === "") return field.isRequired ? { problem: "is needed" } : { value: undefined };
  if (field.kind === "lines")
    return {
      value: value
        .split("\n")
        .map((line) => line.trim())
        .filter((line) => line !== ""),
    };
  if (field.kind === "json") return readJson(value);
  if (field.kind !== "number" && field.kind !== "integer") return { value };
  const number = Number(value);
  if (!Number.isFinite(number)) return { problem: "is not a number" };
  return field.kind === "integer" && !Number.isInteger(number)
    ? { problem: "is not a whole number" }
    : { value: number };
}

export function readJson(text: string): ReadField {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch (error) {
    return { problem: `is not JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** The fields as an input would have filled them, for “start like this one”. */
export function fillForm(fields: readonly FormField[], input: unknown): Record<string, FieldValue> {
  const given = typeof input === "object" && input !== null ? (input as Readonly<Record<string, unknown>>) : {};
  return Object.fromEntries(fields.map((field) => [field.name, fieldText(field, given[field.name])]));
}

function fieldText({ kind, fallback }: FormField, value: unknown): FieldValue {
  const shown = value ?? (kind === "boolean" ? fallback : undefined);
  if (kind === "boolean") return shown === true;
  if (shown === undefined || shown === null) return "";
  if (kind === "lines" && Array.isArray(shown)) return shown.join("\n");
  return typeof shown === "string" ? shown : JSON.stringify(shown, null, 2);
}

function isSchema(value: unknown): value is Schema {
  return typeof value === "object" && value !== null;
}
