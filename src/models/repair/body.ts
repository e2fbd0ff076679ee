import { endOfJson, readAlmostJson } from "../output/json.ts";
import { pythonCalls } from "./python.ts";
import { areItsOwn, callsOf, isOnlyShown, offeredName, toValues, type RawCall, type ShapeOptions } from "./shape.ts";

export interface BodyOptions extends ShapeOptions {
  /** The answer was cut off, so what is not closed is not whole. */
  readonly isCut: boolean;
}

/** The calls that a text is, in whatever way it writes them; null where it is anything else. */
export function readBody(text: string, options: BodyOptions): readonly RawCall[] | null {
  const body = text.trim();
  if (/^[{[]/.test(body)) {
    const calls = jsonCalls(body, options);
    if (calls) return calls;
  }
  if (body.includes("<")) {
    const calls = xmlCalls(body, options);
    if (calls) return calls;
  }
  const python = pythonCalls(body, options);
  if (python) return python.some((call) => isOnlyShown(call, options)) ? null : python;
  return options.isMarked ? namedJson(body, options) : null;
}

/** One value, or several behind each other. */
function jsonCalls(body: string, options: BodyOptions): readonly RawCall[] | null {
  const pieces = severalJson(body) ?? [body];
  const calls: RawCall[] = [];
  for (const piece of pieces) {
    // The package takes words behind a value for a comment.
    const end = endOfJson(piece, 0);
    if (end > 0 && /\p{L}/u.test(piece.slice(end))) return null;
    const reading = readAlmostJson(piece, options);
    const found = "value" in reading ? callsOf(reading.value, options) : null;
    if (!found) return null;
    calls.push(...found);
  }
  return calls;
}

function severalJson(body: string): readonly string[] | null {
  const pieces: string[] = [];
  for (let at = 0; at < body.length;) {
    const gap = /^[\s,;]*/.exec(body.slice(at));
    at += gap?.[0].length ?? 0;
    if (at >= body.length) break;
    const end = /[{[]/.test(body[at] ?? "") ? endOfJson(body, at) : -1;
    if (end < 0) return null;
    pieces.push(body.slice(at, end));
    at = end;
  }
  return pieces.length > 1 ? pieces : null;
}

interface Elements {
  readonly call: RegExp;
  readonly parameter: RegExp;
  /** Any markup may have such tags: only what the tool takes counts. */
  readonly isPlain?: boolean;
}

const elements: readonly Elements[] = [
  // <function=name><parameter=key>value</parameter></function>
  {
    call: /<function(?:=|\s+name=|\()["']?([\w.:/-]+?)["']?\)?\s*>([\s\S]*?)(?:<\/function>|$)/y,
    parameter: /<parameter(?:=|\s+name=)["']?([\w.-]+?)["']?\s*>([\s\S]*?)<\/parameter>/y,
  },
  // <invoke name="name"><parameter name="key">value</parameter></invoke>
  {
    call: /<invoke\s+name=["']?([\w.:/-]+?)["']?\s*>([\s\S]*?)(?:<\/invoke>|$)/y,
    parameter: /<parameter\s+name=["']?([\w.-]+)["']?[^>]*>([\s\S]*?)<\/parameter>/y,
  },
  // name<arg_key>key</arg_key><arg_value>value</arg_value>
  {
    call: /([\w.:/-]+)\s*((?=<arg_key>)[\s\S]*)$/y,
    parameter: /<arg_key>([\w.-]+)<\/arg_key>\s*<arg_value>([\s\S]*?)<\/arg_value>/y,
  },
  // <name><key>value</key></name>, with the name of an offered tool
  { call: /<([a-z][\w-]*)>([\s\S]*?)<\/\1>/y, parameter: /<([a-z][\w-]*)>([\s\S]*?)<\/\1>/y, isPlain: true },
];

function xmlCalls(body: string, options: BodyOptions): readonly RawCall[] | null {
  for (const { call, parameter, isPlain = false } of elements) {
    const found = readAll(body, call);
    const calls = found?.map(([, name = "", inner = ""]) =>
      elementCall({ name, inner, parameter, isPlain }, options),
    ) ?? [null];
    if (calls.every((one) => one !== null)) return calls;
  }
  return null;
}

interface Element {
  readonly name: string;
  readonly inner: string;
  readonly parameter: RegExp;
  readonly isPlain: boolean;
}

function elementCall({ name, inner, parameter, isPlain }: Element, options: BodyOptions): RawCall | null {
  const tool = options.tools.find((one) => one.name === offeredName(name, options.tools));
  if (!tool) return null;
  const values = elementValues(inner.trim(), { name, parameter }, options);
  if (isPlain && !(values && areItsOwn(values, tool))) return null;
  return values && !isOnlyShown({ name, values }, options) ? { name, values } : null;
}

function elementValues(
  inner: string,
  { name, parameter }: Pick<Element, "name" | "parameter">,
  options: BodyOptions,
): Readonly<Record<string, unknown>> | null {
  if (inner === "") return options.isCut ? null : {};
  if (inner.startsWith("{")) {
    const reading = readAlmostJson(inner, options);
    const tool = options.tools.find((one) => one.name === offeredName(name, options.tools));
    return "value" in reading ? toValues(reading.value, tool) : null;
  }
  const found = readAll(inner, parameter);
  if (!found) return null;
  // A line break behind the opening and before the closing tag belongs to the tags.
  const entries = found.map(([, key = "", value = ""]) => [key, value.replace(/^\n/, "").replace(/\n$/, "")] as const);
  return Object.fromEntries(entries);
}

/** The matches of a sticky pattern that make up the whole text but for white space; null where something else is left. */
function readAll(text: string, sticky: RegExp): readonly RegExpExecArray[] | null {
  const found: RegExpExecArray[] = [];
  const pattern = new RegExp(sticky.source, "y");
  for (let at = 0; at < text.length;) {
    if (/\s/.test(text[at] ?? "")) {
      at++;
      continue;
    }
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (!match || match[0] === "") return null;
    found.push(match);
    at = pattern.lastIndex;
  }
  return found.length > 0 ? found : null;
}

// `get_weather{"city": "Paris"}`, `get_weather[ARGS]{…}`, `get_weather {…}`, `call:get_weather{city: "Paris"}`.
const named = /(?:call:|functions?\.)?([\w-]+)(?::\d+)?\s*(?:\[ARGS\]|<[|｜][^<>]*[|｜]>|```(?:json)?\s)?\s*(?=\{)/y;

function namedJson(body: string, options: BodyOptions): readonly RawCall[] | null {
  const calls: RawCall[] = [];
  for (let at = 0; at < body.length;) {
    named.lastIndex = at;
    const match = named.exec(body);
    if (!match) return null;
    const start = named.lastIndex;
    const end = endOfJson(body, start);
    if (end < 0) return null;
    const reading = readAlmostJson(quoted(body.slice(start, end)), options);
    const values = "value" in reading ? toValues(reading.value, undefined) : null;
    if (!values) return null;
    calls.push({ name: match[1] ?? "", values });
    at = end + (/^[\s,;`]*/.exec(body.slice(end))?.[0].length ?? 0);
  }
  const isAct = calls.some(({ name }) => offeredName(name, options.tools) !== undefined);
  return isAct && !calls.some((call) => isOnlyShown(call, options)) ? calls : null;
}

/** Gemma marks its texts with tokens instead of quotes. */
function quoted(json: string): string {
  return json.replaceAll(/<escape>([\s\S]*?)<escape>|<\|"\|>([\s\S]*?)<\|"\|>/g, (_whole, one?: string, two?: string) =>
    JSON.stringify(one ?? two ?? ""),
  );
}
