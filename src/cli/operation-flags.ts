import { resolve } from "node:path";
import { Option } from "commander";
import { z } from "zod";
import { TuttiError } from "../core/error.ts";
import { issueInWords, issuesInWords, pathInWords } from "../core/issue.ts";
import type { AnyOperation } from "../core/operation.ts";

interface Property {
  /** Several for a union of plain types. */
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly enum?: readonly string[];
  readonly default?: unknown;
  readonly anyOf?: readonly Property[];
}

/** An operation's input as flags and arguments. */
export interface InputShape {
  readonly properties: Readonly<Record<string, Property>>;
  readonly required: readonly string[];
}

export function inputShape(operation: AnyOperation): InputShape {
  const schema = z.toJSONSchema(operation.input, { io: "input", unrepresentable: "any" }) as Partial<InputShape>;
  return { properties: schema.properties ?? {}, required: schema.required ?? [] };
}

/** `id` as `<id>`, one that may be left out as `[id]`, one that takes the rest (`words...`) as `<words...>`. */
export function argumentText(position: string, { required }: InputShape): string {
  return required.includes(keyOf(position)) ? `<${position}>` : `[${position}]`;
}

export function keyOf(position: string): string {
  return position.replace(/\.\.\.$/, "");
}

export function optionsOf({ properties, required }: InputShape, positional: readonly string[]): Option[] {
  return Object.entries(properties)
    .filter(([key]) => !positional.includes(key))
    .map(([key, property]) => {
      const option = new Option(`--${kebab(key)}${isSwitch(property) ? "" : " <value>"}`, describe(property));
      if (property.enum) option.choices(property.enum);
      if (property.type === "array")
        option.argParser((value, earlier: unknown[] | undefined) => [...(earlier ?? []), value]);
      return required.includes(key) ? option.makeOptionMandatory() : option;
    });
}

/** The values of an operation's own flags; text counts as JSON where the schema takes more than text. */
export function ownInput(
  { properties }: InputShape,
  flags: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const given = Object.entries(properties).filter(([key]) => flags[key] !== undefined);
  return Object.fromEntries(
    given.map(([key, property]) => {
      const value = flags[key];
      if (property.type === "string") return [key, value];
      if (takesAnything(property) && typeof value === "string") return [key, fromJson(value, `--${kebab(key)}`)];
      return [key, fromText(value)];
    }),
  );
}

/** The input as the operation takes it, with its defaults; what is wrong is told by the flag that it was given with. */
export function checkedInput(operation: AnyOperation, input: Readonly<Record<string, unknown>>): unknown {
  const parsed = operation.input.safeParse(input, { error: issueInWords });
  if (parsed.success) return parsed.data;
  const positional = operation.cli.positional?.map(keyOf) ?? [];
  const nameOf = ([first, ...inner]: readonly PropertyKey[]): string => {
    // What is wrong with several flags together has no place of its own.
    if (first === undefined) return `\`${commandOf(operation)}\``;
    const key = String(first);
    const name = positional.includes(key) ? `<${key}>` : `--${kebab(key)}`;
    return inner.length > 0 ? `${name}: ${pathInWords(inner)}` : name;
  };
  throw new TuttiError("usage.invalid", issuesInWords(parsed.error.issues, nameOf), {
    hint: `See: tutti ${commandOf(operation)} --help`,
  });
}

/** The words behind `tutti`. */
export function commandOf({ name, cli }: AnyOperation): string {
  return cli.command ?? name.replaceAll(".", " ");
}

function takesAnything({ type, anyOf, enum: choices }: Property): boolean {
  return type === undefined && anyOf === undefined && choices === undefined;
}

/** Plain words may come without quotes; what begins as JSON and is none is a slip, not a text. */
function fromJson(text: string, flag: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!/^\s*[{["]/.test(text)) return text;
    const why = error instanceof Error ? error.message : String(error);
    throw new TuttiError("usage.invalid", `${flag} is not JSON: ${why}`, {
      hint: `For example: ${flag} '{"version":2}'`,
    });
  }
}

/** A file is meant from where the command is called, which may lie below the project's folder. */
export function fromHere(text: string): string {
  return /\.(?:[cm]?[jt]s|ya?ml)$/.test(text) ? resolve(text) : text;
}

/** JSON where it is JSON, else the text itself. */
export function fromText(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(fromText);
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value; // Not JSON, so it is text.
  }
}

function describe({ description = "", default: unlessGiven }: Property): string {
  // Told and not set: the operation fills in its own default.
  const isTold = typeof unlessGiven === "string" || typeof unlessGiven === "number";
  return isTold ? `${description} (default: ${unlessGiven})` : description;
}

function isSwitch({ type, anyOf = [] }: Property): boolean {
  return [type].flat().includes("boolean") || anyOf.some(isSwitch);
}

function kebab(key: string): string {
  return key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
