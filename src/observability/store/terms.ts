import type { AttributeValue } from "../../core/trace.ts";
import type { LogRecord, RecordAttributes, SpanRecord } from "../record.ts";

// Of a long text only so many words are found; what stands in the payload is whole.
const mostSearched = 65_536;
const mostWords = 2_000;
const mostTerm = 120;
const mostRemembered = 20_000;

/** What a record is found by: words, and `=key=value` for each attribute. A collector that is used for many records. */
export interface TermCollector {
  ofSpan(span: SpanRecord, into: Set<string>): void;
  ofLog(record: LogRecord): string[];
}

export function createTermCollector(): TermCollector {
  // Most values come again and again: their terms are made once.
  let remembered = new Map<string, readonly string[]>();

  function ofAttribute(key: string, value: AttributeValue): readonly string[] {
    if (typeof value !== "string" || value.length > mostTerm) return termsOf(key, value);
    const place = `${key}\n${value}`;
    const known = remembered.get(place);
    if (known !== undefined) return known;
    if (remembered.size >= mostRemembered) remembered = new Map();
    const made = termsOf(key, value);
    remembered.set(place, made);
    return made;
  }

  function addAll(into: Set<string>, attributes: RecordAttributes): void {
    for (const key in attributes) add(into, ofAttribute(key, attributes[key] ?? ""));
  }

  return {
    ofSpan(span, into) {
      add(into, ofAttribute("name", span.name));
      add(into, ofAttribute("service", span.service));
      if (span.scope !== "") into.add(equalityTerm("scope", span.scope));
      into.add(equalityTerm("kind", span.kind));
      if (span.status === "error") into.add(equalityTerm("status", "error"));
      if (span.statusText !== null) add(into, wordsOf(span.statusText));
      addAll(into, span.attributes);
      for (const event of span.events) {
        add(into, ofAttribute("event", event.name));
        addAll(into, event.attributes);
      }
    },
    // In the order of the text, so that words in quotes are found as they stand.
    ofLog: ({ message, event, service, level, run, traceId, attributes }) => [
      ...wordsOf(message),
      ...ofAttribute("event", event),
      ...ofAttribute("service", service),
      everyLog,
      equalityTerm("level", level),
      ...(run === null ? [] : ofAttribute("run", run)),
      ...(traceId === null ? [] : [equalityTerm("trace", traceId)]),
      ...Object.entries(attributes).flatMap(([key, value]) => ofAttribute(key, value)),
    ],
  };
}

/** A term that all log records have, to take others away from. */
export const everyLog = "=";

function add(into: Set<string>, terms: readonly string[]): void {
  for (const term of terms) into.add(term);
}

function termsOf(key: string, value: AttributeValue): readonly string[] {
  if (typeof value === "string") return [equalityTerm(key, value), ...wordsOf(value)];
  if (typeof value === "boolean" || Number.isInteger(value)) return [equalityTerm(key, String(value))];
  // Nobody looks for 0.7134; each such value would be a term of its own.
  if (typeof value === "number") return [];
  return value.slice(0, mostWords).flatMap((one) => termsOf(key, one));
}

/** The term for a key with a value. No word begins with `=`. */
export function equalityTerm(key: string, value: string): string {
  return `=${bare(key)}=${bare(value)}`;
}

/** The term as the index has it: the index takes spaces and what its own language quotes with for borders. */
function bare(text: string): string {
  const cut = text.length > mostTerm ? text.slice(0, mostTerm) : text;
  // oxlint-disable-next-line no-control-regex -- control characters are borders, too
  return cut.toLowerCase().replaceAll(/[\u0000- "'\\\u007f]/g, "_");
}

const plainWords = /[a-z\d_]+/g;
const anyWords = /[\p{L}\p{N}\p{M}_]+/gu;

/** The words of a text as the index has them: lower case, without accents. */
export function wordsOf(text: string): string[] {
  const lower = text.slice(0, mostSearched).toLowerCase();
  // oxlint-disable-next-line no-control-regex -- asks for ASCII
  const isPlain = /^[\u0000-\u007f]*$/.test(lower);
  const found = isPlain
    ? lower.match(plainWords)
    : lower
        .normalize("NFKD")
        .replaceAll(/\p{Mn}/gu, "")
        .match(anyWords);
  return (found ?? []).slice(0, mostWords).map((word) => word.slice(0, mostTerm));
}
