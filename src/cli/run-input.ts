import { readFileSync } from "node:fs";
import { TuttiError } from "../core/error.ts";
import { fromText } from "./operation-flags.ts";

/** What `--input` and `--input-file` say together, before the flow's schema is known. */
export interface GivenInput {
  readonly file: unknown;
  /** `--input` values by key, as they were typed. */
  readonly texts: Readonly<Record<string, string>>;
}

export function readInput({ input = [], inputFile }: { input?: readonly string[]; inputFile?: string }): GivenInput {
  const file = inputFile === undefined ? undefined : readInputFile(inputFile);
  const pairs = input.map((pair) => {
    const at = pair.indexOf("=");
    if (at >= 1) return [pair.slice(0, at), pair.slice(at + 1)] as const;
    throw new TuttiError("usage.invalid", `${JSON.stringify(pair)} is not key=value`, {
      hint: "For example: --input repository=../app --input last=5",
    });
  });
  if (pairs.length > 0 && file !== undefined && (typeof file !== "object" || file === null || Array.isArray(file))) {
    throw new TuttiError("usage.invalid", `${inputFile} is not a JSON object, so --input cannot add to it`);
  }
  return { file, texts: Object.fromEntries(pairs) };
}

/** Whether what was typed may mean two things: `name=7` is a number, unless the flow takes text there. */
export function needsSchema({ texts }: GivenInput): boolean {
  return Object.values(texts).some((text) => typeof fromText(text) !== "string");
}

/** The input's value; what the schema calls text is taken as it was typed, all else as JSON where it is JSON. */
export function toInput({ file, texts }: GivenInput, schema: unknown): unknown {
  const typed = Object.entries(texts);
  if (typed.length === 0) return file;
  const values = typed.map(([key, text]) => [key, isText(schema, key) ? text : fromText(text)]);
  return { ...(file as object | undefined), ...Object.fromEntries(values) };
}

function isText(schema: unknown, key: string): boolean {
  const properties = member(schema, "properties");
  return member(member(properties, key), "type") === "string";
}

function member(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined;
}

function readInputFile(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file === "-" ? 0 : file, "utf8");
  } catch (error) {
    const isMissing = error instanceof Error && "code" in error && error.code === "ENOENT";
    throw new TuttiError("usage.invalid", `the input file ${file} ${isMissing ? "is not there" : "cannot be read"}`, {
      cause: error,
      hint: `It is sought from ${process.cwd()}; - stands for standard input.`,
      where: file,
    });
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new TuttiError("usage.invalid", `${file} is not JSON: ${why}`, { where: file });
  }
}
