import { z } from "zod";
import { TuttiError } from "../../core/error.ts";
import { issueInWords, issuesInWords } from "../../core/issue.ts";
import type { ChatMessage, JsonSchema } from "../chat-model.ts";
import { coerce } from "./coerce.ts";
import { isRecord, propertiesOf, resolveRef, typesOf } from "./fit.ts";
import { endOfJson, readAlmostJson, type JsonReading } from "./json.ts";

export interface OutputSchema {
  readonly schema: z.ZodType;
  /** What the model is given, made from `schema`. */
  readonly format: JsonSchema;
}

export type OutputReading =
  /** `changes` is empty where the answer was JSON that fits, to the letter. */
  | { readonly output: unknown; readonly changes: readonly string[] }
  /** After "the answer", as in "is not JSON". */
  | { readonly problem: string };

/** What the model is to write is what the schema takes: a transform has no JSON Schema of its own. */
export function outputSchema(schema: z.ZodType): OutputSchema {
  // Types are not checked when a flow runs, and the package may be there twice.
  if (!isRecord(schema) || !("_zod" in schema)) {
    throw new TuttiError("usage.invalid", "the output of a model step must be a zod schema", {
      hint: 'For example: output: z.object({ good: z.boolean() }), with z from "tutti".',
    });
  }
  try {
    return { schema, format: z.toJSONSchema(schema, { io: "input" }) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new TuttiError("usage.invalid", `the schema of the output cannot be shown to a model: ${reason}`, {
      cause: error,
      hint: "Take text or a number there, and make of it what you need with transform: z.string().transform((text) => new Date(text)).",
    });
  }
}

/** What a model is told besides the grammar: not every server holds one, and none says what the fields mean. */
export function outputInstruction({ format }: OutputSchema): string {
  const { $schema: _dialect, ...shown } = format;
  return `Answer with JSON alone, without any other text. It must fit this JSON Schema:\n${JSON.stringify(shown)}`;
}

/** The messages with the instruction at the end of what the user says last. */
export function withInstruction(messages: readonly ChatMessage[], output: OutputSchema): readonly ChatMessage[] {
  const last = messages.at(-1);
  const instruction = outputInstruction(output);
  if (last?.role !== "user") return [...messages, { role: "user", content: instruction }];
  return [...messages.slice(0, -1), { ...last, content: `${last.content}\n\n${instruction}` }];
}

/**
 * The answer as the schema's output: the text itself, or the one piece of JSON in it that fits. What is doubtful is a
 * problem in words that a model can do something with.
 */
export function readOutput(text: string, output: OutputSchema, how: { isCut: boolean }): OutputReading {
  try {
    return readPieces(text, output, how);
  } catch (error) {
    // A model that loops writes brackets by the thousand.
    if (error instanceof RangeError) return { problem: "is nested too deeply" };
    throw error;
  }
}

function readPieces(text: string, output: OutputSchema, { isCut }: { isCut: boolean }): OutputReading {
  let first: string | undefined;
  for (const candidates of candidatesOf(text, output, isCut)) {
    const readings = candidates.map(({ reading, change }) => judge(reading, output, change));
    const found = readings.filter((reading) => "output" in reading);
    const [only] = found;
    const distinct = new Set(found.map((reading) => JSON.stringify(reading.output)));
    // One of several that does not fit may be the one that was meant.
    if (only && distinct.size === 1 && found.length === readings.length) return only;
    if (distinct.size > 1)
      return { problem: `holds ${distinct.size} pieces of JSON that fit, and it is not said which one is meant` };
    first = informative(first, readings);
  }
  return { problem: first ?? "is not JSON" };
}

/** Where there is JSON, what is wrong with it says more than that the text around it is none. */
function informative(earlier: string | undefined, readings: readonly OutputReading[]): string | undefined {
  const [problem] = readings.flatMap((reading) => ("problem" in reading ? [reading.problem] : []));
  return earlier === undefined || earlier === "is not JSON" ? (problem ?? earlier) : earlier;
}

interface Candidate {
  readonly reading: JsonReading;
  readonly change: string;
}

/** Where the JSON may be, the likeliest place first. */
function* candidatesOf(text: string, { format }: OutputSchema, isCut: boolean): Generator<readonly Candidate[]> {
  const whole = text.trim();
  const read = (piece: string, change: string): Candidate => ({ reading: readAlmostJson(piece, { isCut }), change });
  yield [read(whole, "")];
  const fenced = splitAround(whole, [...whole.matchAll(/```[\w-]*[ \t]*\n?([\s\S]*?)(?:```|$)/g)].map(toFence));
  if (fenced) yield fenced.map((inner) => read(inner, "out of a fence"));
  const among = splitAround(whole, jsonPieces(whole));
  if (among) yield among.map((piece) => read(piece, "out of the text around it"));
  if (typesOf(resolveRef({ schema: format, root: format })).includes("string") && !/^[{["`]/.test(whole)) {
    yield [{ reading: { value: whole, isRepaired: false }, change: "text without quotes" }];
  }
}

interface Piece {
  readonly start: number;
  readonly end: number;
  readonly inner: string;
}

function toFence(match: RegExpExecArray): Piece {
  return { start: match.index, end: match.index + match[0].length, inner: match[1] ?? "" };
}

/** The pieces, if the words around them hand them over as the answer; undefined where there are none, or it is in doubt. */
function splitAround(text: string, pieces: readonly Piece[]): readonly string[] | undefined {
  const [first, last] = [pieces[0], pieces.at(-1)];
  if (!first || !last) return undefined;
  const [lead, tail] = [text.slice(0, first.start).trim(), text.slice(last.end).trim()];
  return doubt.test(lead) || !/(?:^|[:.!?*。：！？])$|^json$/i.test(lead) || withdrawn.test(tail)
    ? undefined
    : pieces.map(({ inner }) => inner);
}

// Words after which the JSON may be a form and not the answer, and words behind it that take it back.
const doubt =
  /\b(?:examples?|e\.?g\.|for instance|would|could|might|maybe|perhaps|if|like|not|can['’]?t|won['’]?t|don['’]?t|cannot|unable|sorry|placeholder|hypothetical\w*|template|fill in|insufficient|without knowing)\b/i;
const withdrawn =
  /\b(?:actually|however|wait|wrong|correction|instead|but|no|not|would (?:be|look)|examples?|sorry)\b/i;

/** The objects and lists in a text; what is not closed runs to its end. */
function jsonPieces(text: string): readonly Piece[] {
  const pieces: Piece[] = [];
  for (let at = 0; at < text.length;) {
    const offset = text.slice(at).search(/[{[]/);
    if (offset < 0) return likely(pieces);
    const start = at + offset;
    const close = endOfJson(text, start);
    const end = close < 0 ? text.length : close;
    pieces.push({ start, end, inner: text.slice(start, end) });
    at = end;
  }
  return likely(pieces);
}

/** Brackets that are part of the words before come into the count only where there is nothing else. */
function likely(pieces: readonly Piece[]): readonly Piece[] {
  const json = pieces.filter(({ inner }) => looksLikeJson(inner));
  return json.length > 0 ? json : pieces;
}

function looksLikeJson(text: string): boolean {
  return /^\{\s*["'“]|^\[\s*[{["'\d\]]|^\{\s*\}|^\{\s*\w+\s*:/.test(text);
}

function judge(reading: JsonReading, output: OutputSchema, change: string): OutputReading {
  if ("problem" in reading) return reading;
  const changes = [...(change === "" ? [] : [change]), ...(reading.isRepaired ? ["JSON repaired"] : [])];
  const direct = accept(reading.value, output);
  const inner = "problem" in direct ? onlyInside(reading.value) : undefined;
  const unwrapped = inner && accept(inner.value, output);
  if (inner && unwrapped && "output" in unwrapped) {
    return { ...unwrapped, changes: [...changes, `out of ${inner.key}`, ...unwrapped.changes] };
  }
  return "problem" in direct ? direct : { ...direct, changes: [...changes, ...direct.changes] };
}

function accept(value: unknown, { schema, format }: OutputSchema): OutputReading {
  const wrong = notAnAnswer(value, format);
  if (wrong !== undefined) return { problem: wrong };
  const { value: coerced, changes } = coerce(value, format);
  const parsed = schema.safeParse(coerced, { error: issueInWords });
  if (parsed.success) return { output: parsed.data, changes };
  // A schema may take more than its JSON Schema can say.
  const asItIs = changes.length > 0 ? schema.safeParse(value) : parsed;
  if (asItIs.success) return { output: asItIs.data, changes: [] };
  return { problem: `does not fit the schema: ${issuesInWords(parsed.error.issues)}` };
}

/** What a schema that asks for little would let through: the schema itself, gaps to fill in, something else altogether. */
function notAnAnswer(value: unknown, format: JsonSchema): string | undefined {
  const known = Object.keys(propertiesOf(resolveRef({ schema: format, root: format })));
  const isSchema = isRecord(value) && isRecord(value["properties"]) && ("type" in value || "$schema" in value);
  if (isSchema && !known.includes("properties")) return "is the schema itself and not an answer by it";
  if (hasGap(value)) return "has gaps such as <…> where values should be";
  const given = isRecord(value) ? Object.keys(value) : [];
  if (known.length === 0 || given.length === 0) return undefined;
  const near = new Set(known.map(plain));
  const isOther = !given.some((key) => near.has(plain(key))) && format["additionalProperties"] === undefined;
  return isOther ? `has none of the properties ${known.join(", ")}` : undefined;
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, "");
}

function hasGap(value: unknown): boolean {
  if (typeof value === "string") return /^(?:<[a-z][a-z0-9 _.-]*>|\{\{[^{}]+\}\}|\.{3}|…)$/i.test(value.trim());
  return typeof value === "object" && value !== null && Object.values(value).some(hasGap);
}

function onlyInside(value: unknown): { key: string; value: unknown } | undefined {
  const [first, ...more] = isRecord(value) ? Object.entries(value) : [];
  if (!first || more.length > 0) return undefined;
  const [key, inner] = first;
  if (/^(?:errors?|examples?|schema|input|expected)$/i.test(key)) return undefined;
  return typeof inner === "object" && inner !== null ? { key, value: inner } : undefined;
}
