import type { ToolDefinition } from "../chat-model.ts";
import { isRecord, propertiesOf } from "../output/fit.ts";
import { offeredName, type RawCall, type ShapeOptions } from "./shape.ts";

/**
 * Calls as Python writes them, and nothing beside them: `get_weather(city="Paris", days=3)`, several in a list or on lines of
 * their own, within `print(…)`. Null for code that does anything else: names, operators and f-strings are not values.
 */
export function pythonCalls(text: string, { tools }: ShapeOptions): readonly RawCall[] | null {
  const reader = new Reader(text, tools);
  const calls = reader.program();
  return calls?.some(({ name }) => offeredName(name, tools) !== undefined) ? calls : null;
}

// The module that the calls of some models live in, and the method that they call on a tool.
const around =
  /^(?:await\s+|call:)?(?:(?:default_api|functions?|tools?)\.)?([A-Za-z_][\w-]*)(?:\.(?:call|run|invoke))?\s*\(/;

class NotACall extends Error {}

class Reader {
  readonly #text: string;
  readonly #tools: readonly ToolDefinition[];
  #at = 0;

  constructor(text: string, tools: readonly ToolDefinition[]) {
    this.#text = text;
    this.#tools = tools;
  }

  program(): readonly RawCall[] | null {
    try {
      const calls: RawCall[] = [];
      const isList = this.#take("[");
      while (!this.#isDone() && !this.#sees("]")) {
        calls.push(this.#call());
        while (this.#take(",") || this.#take(";"));
      }
      if (isList && !this.#take("]")) return null;
      return this.#isDone() && calls.length > 0 ? calls : null;
    } catch (error) {
      if (error instanceof NotACall) return null;
      throw error;
    }
  }

  #call(): RawCall {
    if (this.#match(/^print\s*\(/)) {
      const inner = this.#call();
      this.#expect(")");
      return inner;
    }
    const [, name = ""] = this.#match(around) ?? this.#fail();
    const offered = offeredName(name, this.#tools);
    const parameters = this.#tools.find((tool) => tool.name === offered)?.parameters ?? {};
    return { name, values: this.#values(Object.keys(propertiesOf(parameters))) };
  }

  /** Up to the closing parenthesis; values without a name take the parameters in their order. */
  #values(order: readonly string[]): Readonly<Record<string, unknown>> {
    const values: Record<string, unknown> = {};
    const unnamed: unknown[] = [];
    while (!this.#take(")")) {
      const named = this.#match(/^([A-Za-z_]\w*)\s*[=:](?!=)/);
      if (named) values[named[1] ?? ""] = this.#value();
      else unnamed.push(this.#value());
      if (!this.#take(",") && !this.#sees(")")) this.#fail();
    }
    const [only] = unnamed;
    if (unnamed.length === 1 && isRecord(only) && Object.keys(values).length === 0) return only;
    if (unnamed.length > order.length) this.#fail();
    for (const [index, value] of unnamed.entries()) values[order[index] ?? ""] = value;
    return values;
  }

  #value(): unknown {
    if (this.#take("[")) return this.#list("]");
    if (this.#take("(")) return this.#list(")");
    if (this.#take("{")) return this.#dict();
    const word = this.#match(/^(True|true|False|false|None|null)\b/);
    if (word) return { t: true, f: false, n: null }[word[1]?.[0]?.toLowerCase() ?? ""] ?? null;
    const number = this.#match(/^[+-]?(?:\d[\d_]*(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?(?![\w.])/i);
    if (number) return Number(number[0].replaceAll("_", ""));
    return this.#string();
  }

  #list(end: string): unknown[] {
    const items: unknown[] = [];
    while (!this.#take(end)) {
      items.push(this.#value());
      if (!this.#take(",") && !this.#sees(end)) this.#fail();
    }
    return items;
  }

  #dict(): Readonly<Record<string, unknown>> {
    const entries: [string, unknown][] = [];
    while (!this.#take("}")) {
      const bare = this.#match(/^([A-Za-z_]\w*)\s*(?=:)/);
      const key = bare ? (bare[1] ?? "") : this.#string();
      this.#expect(":");
      entries.push([key, this.#value()]);
      if (!this.#take(",") && !this.#sees("}")) this.#fail();
    }
    return Object.fromEntries(entries);
  }

  #string(): string {
    const isRaw = this.#match(/^r(?=["'])/) !== null;
    const quote = (this.#match(/^(?:"""|'''|["'])/) ?? this.#fail())[0];
    let text = "";
    while (!this.#text.startsWith(quote, this.#at)) {
      const letter = this.#text[this.#at] ?? this.#fail();
      if (letter === "\n" && quote.length === 1) this.#fail();
      this.#at++;
      text += letter === "\\" && !isRaw ? this.#escape() : letter;
    }
    this.#at += quote.length;
    // Two texts beside each other are one.
    return /^\s*["']/.test(this.#text.slice(this.#at)) ? text + this.#string() : text;
  }

  #escape(): string {
    const code = /^(?:u[\da-f]{4}|x[\da-f]{2})/i.exec(this.#text.slice(this.#at, this.#at + 6));
    if (code) {
      this.#at += code[0].length;
      return String.fromCharCode(Number.parseInt(code[0].slice(1), 16));
    }
    const letter = this.#text[this.#at++] ?? this.#fail();
    return escapes.get(letter) ?? `\\${letter}`;
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    this.#skip();
    const found = pattern.exec(this.#text.slice(this.#at));
    if (found) this.#at += found[0].length;
    return found;
  }

  #take(letter: string): boolean {
    if (!this.#sees(letter)) return false;
    this.#at++;
    return true;
  }

  #sees(letter: string): boolean {
    this.#skip();
    return this.#text[this.#at] === letter;
  }

  #expect(letter: string): void {
    if (!this.#take(letter)) this.#fail();
  }

  #isDone(): boolean {
    this.#skip();
    return this.#at >= this.#text.length;
  }

  /** White space and comments. */
  #skip(): void {
    const blank = /^(?:\s+|#[^\n]*)+/.exec(this.#text.slice(this.#at));
    if (blank) this.#at += blank[0].length;
  }

  #fail(): never {
    throw new NotACall();
  }
}

const escapes: ReadonlyMap<string, string> = new Map([
  ["n", "\n"],
  ["t", "\t"],
  ["r", "\r"],
  ["\\", "\\"],
  ["'", "'"],
  ['"', '"'],
  ["\n", ""],
]);
