/** What a text looks like to a tokenizer, whichever it is: counted once, weighed for each model. */
export interface TextShape {
  /** Runs of a kind, about what a tokenizer makes one token of. */
  readonly pieces: number;
  /** The same for what is not ASCII, where tokenizers differ most: Chinese, Japanese and Korean … */
  readonly ideographs: number;
  /** … and other letters and symbols, such as emoji. */
  readonly symbols: number;
  /** UTF-8. A tokenizer that knows no word of the text falls back to its bytes. */
  readonly bytes: number;
}

export const emptyShape: TextShape = { pieces: 0, ideographs: 0, symbols: 0, bytes: 0 };

export function addShapes(left: TextShape, right: TextShape): TextShape {
  return {
    pieces: left.pieces + right.pieces,
    ideographs: left.ideographs + right.ideographs,
    symbols: left.symbols + right.symbols,
    bytes: left.bytes + right.bytes,
  };
}

/**
 * The weights are those that came nearest to the tokenizers of Llama 3 and Mistral on prose, code, JSON, Chinese and
 * emoji (docs/context.md); what is left of the difference is what the estimator learns for each model.
 */
export function shapeOf(text: string): TextShape {
  let pieces = 0;
  let ideographs = 0;
  let symbols = 0;
  let bytes = 0;
  let previous: Kind | undefined;
  let run = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    const kind = kindOf(code);
    run = kind === previous ? run + 1 : 1;
    const weight = weightOf(kind, run, previous);
    if (code < 0x80) pieces += weight;
    else if (kind === "ideograph") ideographs += weight;
    else symbols += weight;
    bytes += bytesOf(code);
    previous = kind;
  }
  return { pieces, ideographs, symbols, bytes };
}

type Kind = "lower" | "upper" | "digit" | "space" | "mark" | "ideograph" | "letter" | "symbol";

function kindOf(code: number): Kind {
  if (code >= 97 && code <= 122) return "lower";
  if (code <= 32) return "space";
  if (code >= 65 && code <= 90) return "upper";
  if (code >= 48 && code <= 57) return "digit";
  if (code < 128) return "mark";
  if (code < 0x2000) return "letter";
  const isSymbol = code < 0x2e80 || (code >= 0xd800 && code <= 0xdfff) || code === emojiStyle;
  return isSymbol ? "symbol" : "ideograph";
}

// Follows a symbol that is to be shown in colour.
const emojiStyle = 0xfe0f;

interface Weights {
  readonly first: number;
  readonly second: number;
  /** Each one that follows. */
  readonly next: number;
}

const weights: Readonly<Record<Exclude<Kind, "lower">, Weights>> = {
  upper: { first: 1, second: 0.3, next: 0.3 },
  digit: { first: 0.6, second: 0.6, next: 0.6 },
  // One space belongs to the word after it.
  space: { first: 0, second: 0.8, next: 0.01 },
  mark: { first: 0.9, second: 0.4, next: 0.4 },
  ideograph: { first: 0.8, second: 0.8, next: 0.8 },
  letter: { first: 0.55, second: 0.55, next: 0.55 },
  // Also half of a character beyond the basic plane, as most emoji are.
  symbol: { first: 1.2, second: 1.2, next: 1.2 },
};

/** `run`: which one of its kind in a row, from 1. */
function weightOf(kind: Kind, run: number, previous: Kind | undefined): number {
  if (kind === "lower") return weightOfLower(run, previous);
  const { first, second, next } = weights[kind];
  if (run === 1) return first;
  return run === 2 ? second : next;
}

/** The rest of a capitalised word costs nothing; long words are cut. */
function weightOfLower(run: number, previous: Kind | undefined): number {
  if (run === 1) return previous === "upper" ? 0 : 1;
  return run > 7 ? 0.2 : 0.03;
}

function bytesOf(code: number): number {
  if (code < 0x80) return 1;
  if (code < 0x800) return 2;
  return code >= 0xd800 && code <= 0xdfff ? 2 : 3; // Two surrogates make a character of four bytes.
}
