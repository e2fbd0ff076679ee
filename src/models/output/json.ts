import { jsonrepair } from "jsonrepair";

export type JsonReading =
  | { readonly value: unknown; readonly isRepaired: boolean }
  /** After "the answer", as in "is not JSON". */
  | { readonly problem: string };

/**
 * JSON, or what was meant to be: single quotes, missing commas and brackets, comments, Python's words, line breaks in texts.
 * What would have to be guessed is refused: an answer that was cut off, parts left out with dots, text around it.
 */
export function readAlmostJson(text: string, { isCut }: { isCut: boolean }): JsonReading {
  const trimmed = text.trim();
  const strict = parse(trimmed);
  if (strict) return { value: strict.value, isRepaired: false };
  if (!/^[{[]/.test(trimmed)) return { problem: "is not JSON" };
  const { isOpen, hasDots, isInText } = scan(trimmed);
  if (isCut && isOpen) return { problem: "was cut off in the middle of its JSON" };
  // A closing quote can be set anywhere: where the text ended is not known. Quotes inside of texts make the count wrong,
  // but then the brackets at the end are there.
  if (isInText && !/[}\]]$/.test(trimmed)) return { problem: "ends in the middle of a text" };
  if (hasDots) return { problem: "leaves parts of its JSON out with dots" };
  for (const attempt of [trimmed, withoutInnerQuotes(trimmed)]) {
    const repaired = repair(attempt);
    if (repaired && isWhole(trimmed, repaired.value)) return { value: repaired.value, isRepaired: true };
  }
  return { problem: "is not JSON" };
}

function parse(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined; // JSON.parse throws for nothing else
  }
}

function repair(text: string): { value: unknown } | undefined {
  try {
    return parse(jsonrepair(prepare(text)));
  } catch {
    return undefined; // jsonrepair throws where it cannot repair
  }
}

/** The package makes a list of an object and the words behind it. */
function isWhole(text: string, value: unknown): boolean {
  return !(text.startsWith("{") && Array.isArray(value)) || value.every((item) => typeof item === "object");
}

/** What the package would change in silence: `C:\Users` loses its backslash, `"""` ends a text. */
function prepare(text: string): string {
  return text
    .replaceAll(/"""([\s\S]*?)"""/g, (_whole, inner: string) => JSON.stringify(inner))
    .replaceAll(/\\(u(?![0-9a-fA-F]{4})|[^"\\/bfnrtu'\n\r])/g, "\\\\$1");
}

/** `"arguments": "{"a": 1}"`: an object in quotes whose own quotes are not escaped. */
function withoutInnerQuotes(text: string): string {
  return text.replaceAll(/"\s*(\{(?=\s*["}])|\[(?=\s*["[{\]]))/g, "$1").replaceAll(/([}\]])\s*"(?=\s*[,}\]])/g, "$1");
}

interface Scan {
  /** A bracket or a text is still open at the end. */
  readonly isOpen: boolean;
  readonly isInText: boolean;
  /** Dots that stand for what was left out, outside of texts. */
  readonly hasDots: boolean;
}

function scan(text: string): Scan {
  let depth = 0;
  let isInText = false;
  let hasDots = false;
  for (let index = 0; index < text.length; index++) {
    const letter = text[index];
    if (letter === "\\") index++;
    else if (letter === '"') isInText = !isInText;
    else if (!isInText && (letter === "{" || letter === "[")) depth++;
    else if (!isInText && (letter === "}" || letter === "]")) depth--;
    else if (!isInText && isGap(text, index)) hasDots = true;
  }
  return { isOpen: isInText || depth > 0, isInText, hasDots };
}

/** Dots where a value or a property would stand, and not those in a text in other quotes. */
function isGap(text: string, index: number): boolean {
  return (
    /^(?:\.{3}|…)\s*(?:[,}\]]|$)/.test(text.slice(index, index + 20)) &&
    /[,{[:]\s*$/.test(text.slice(Math.max(0, index - 20), index))
  );
}

/** Where the object or list that begins at `start` ends (behind its bracket); -1 where it does not. */
export function endOfJson(text: string, start: number): number {
  let depth = 0;
  let quote = "";
  for (let index = start; index < text.length; index++) {
    const letter = text[index] ?? "";
    if (letter === "\\") index++;
    else if (quote !== "") quote = letter === quote ? "" : quote;
    // An apostrophe in a word opens nothing.
    else if (letter === '"' || (letter === "'" && /[{[,:(=\s]/.test(text[index - 1] ?? ""))) quote = letter;
    else if (letter === "{" || letter === "[") depth++;
    else if ((letter === "}" || letter === "]") && --depth === 0) return index + 1;
  }
  return -1;
}
