import type { ToolDefinition } from "../chat-model.ts";
import { isRecord, propertiesOf, requiredOf } from "../output/fit.ts";
import { readAlmostJson } from "../output/json.ts";

/** A call as it was found, its arguments not yet looked at by the tool's schema. */
export interface RawCall {
  /** As it stands in the text; `offeredName` says which tool it is. */
  readonly name: string;
  readonly values: Readonly<Record<string, unknown>>;
}

export interface ShapeOptions {
  readonly tools: readonly ToolDefinition[];
  /** It stood where models put calls and nothing else: a name alone is enough there. */
  readonly isMarked: boolean;
  /** Also calls of tools that were not offered, where they stand beside others: their model is to be told. */
  readonly takesAny?: boolean;
}

const nameKeys = "name tool tool_name toolName function function_name functionName action recipient_name".split(" ");
const valueKeys =
  "arguments parameters args input params tool_input toolInput tool_args tool_arguments action_input actionInput kwargs function_args tool_parameters".split(
    " ",
  );
const wrapKeys = "tool_calls tool_call toolCalls function_call function_calls calls tool_uses actions".split(" ");
// What stands beside a call. Anything else (a description, a result, a status) makes it a report or a definition.
const quietKeys = new Set(
  "id type index thought thoughts reasoning explanation call_id tool_call_id role content refusal".split(" "),
);

/** The calls that a JSON value is; null where it is anything else, or where none of them is of an offered tool. */
export function callsOf(value: unknown, options: ShapeOptions): readonly RawCall[] | null {
  const calls = readCalls(value, options);
  const isTaken = ({ name }: RawCall): boolean => options.takesAny ?? offeredName(name, options.tools) !== undefined;
  return calls?.some(isTaken) ? calls : null;
}

function readCalls(value: unknown, options: ShapeOptions): readonly RawCall[] | null {
  if (Array.isArray(value)) {
    const each = value.map((item: unknown) => readCalls(item, options));
    return each.every((calls) => calls !== null) ? each.flat() : null;
  }
  if (!isRecord(value)) return null;
  const wrap = wrapKeys.find((key) => typeof value[key] === "object" && value[key] !== null);
  if (wrap !== undefined) return hasOnly(value, [wrap]) ? readCalls(value[wrap], options) : null;
  if (isRecord(value["function"])) return hasOnly(value, ["function"]) ? readCalls(value["function"], options) : null;
  const call = readNamed(value, options) ?? readKeyed(value, options);
  return call && !isOnlyShown(call, options) ? [call] : null;
}

/** `{ name, arguments }` in its many spellings. */
function readNamed(value: Readonly<Record<string, unknown>>, options: ShapeOptions): RawCall | null {
  const nameKey = nameKeys.find((key) => typeof value[key] === "string");
  if (nameKey === undefined) return null;
  const name = String(value[nameKey]);
  const valueKey = valueKeys.find((key) => key in value);
  if (valueKey === undefined) return readFlat(name, without(value, nameKey), options);
  if (!hasOnly(value, [nameKey, valueKey])) return null;
  const values = toValues(value[valueKey], toolOf(name, options));
  return values && { name, values };
}

/** Arguments beside the name, which must be just those that the tool takes. */
function readFlat(name: string, rest: Readonly<Record<string, unknown>>, options: ShapeOptions): RawCall | null {
  const tool = toolOf(name, options);
  if (!tool) return null;
  const values = Object.fromEntries(Object.entries(rest).filter(([key]) => !quietKeys.has(key)));
  if (!areItsOwn(values, tool)) return null;
  return Object.keys(values).length > 0 || options.isMarked ? { name, values } : null;
}

/** `{ "get_weather": { "city": "Paris" } }` */
function readKeyed(value: Readonly<Record<string, unknown>>, options: ShapeOptions): RawCall | null {
  const [first, ...more] = Object.entries(value);
  const tool = first && toolOf(first[0], options);
  if (!tool || more.length > 0 || !isRecord(first[1])) return null;
  return areItsOwn(first[1], tool) ? { name: first[0], values: first[1] } : null;
}

export function areItsOwn(values: Readonly<Record<string, unknown>>, { parameters }: ToolDefinition): boolean {
  const known = propertiesOf(parameters);
  return (
    Object.keys(values).every((key) => Object.hasOwn(known, key)) &&
    requiredOf(parameters).every((key) => key in values)
  );
}

/** What stands where the arguments stand: an object, its text, nothing, or the only argument itself. */
export function toValues(given: unknown, tool: ToolDefinition | undefined): Readonly<Record<string, unknown>> | null {
  if (isRecord(given)) return given;
  if (given === null || given === undefined || given === "") return {};
  const [only] = Array.isArray(given) && given.length === 1 ? given : [];
  if (isRecord(only)) return only;
  if (typeof given === "string" && given.trim().startsWith("{")) {
    const reading = readAlmostJson(given, { isCut: false });
    if ("value" in reading && isRecord(reading.value)) return reading.value;
  }
  const [single, ...others] = tool ? Object.keys(propertiesOf(tool.parameters)) : [];
  return single !== undefined && others.length === 0 && typeof given !== "object" ? { [single]: given } : null;
}

/** The schema of a call, or its arguments by their types or as gaps to fill in: shown, not made. */
export function isOnlyShown({ name, values }: RawCall, options: ShapeOptions): boolean {
  const properties = propertiesOf(toolOf(name, options)?.parameters ?? {});
  if (values["type"] === "object" && isRecord(values["properties"])) return true;
  const entries = Object.entries(values);
  if (entries.length > 0 && entries.every(([key, inner]) => isTypeOf(inner) && properties[key]?.["type"] !== "object"))
    return true;
  return leavesOf(values).some((text) => gap.test(text.trim()));
}

const typeWords = "string str number int integer float boolean bool object array list any".split(" ");

function isTypeOf(value: unknown): boolean {
  if (isRecord(value)) return typeWords.includes(String(value["type"]));
  return typeof value === "string" && typeWords.includes(value.toLowerCase());
}

// `<city>`, `{{city}}`, `{city}`, `...`, `your_city`, `path/to/file`.
const gap =
  /^(?:<[a-z][a-z0-9 _.-]*>|\{\{?[a-z][a-z0-9 _.-]*\}?\}|\.{3}|…|your[_ -].*|\[(?:your|insert|the)\b.*\]|(?:.*\/)?path\/to\/.*|(?:string|number|integer|boolean|array|object) ?[(,].*)$/i;

function leavesOf(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(leavesOf);
}

/** The offered tool that a name stands for: itself, behind a namespace, or written in another case. */
export function offeredName(name: string, tools: readonly ToolDefinition[]): string | undefined {
  if (tools.some((tool) => tool.name === name)) return name;
  const bare = name
    .trim()
    .replace(/^(?:functions?|default_api|tools?)[.:/]/, "")
    .replace(/:\d+$/, "");
  const meant = tools.filter((tool) => plain(tool.name) === plain(bare));
  return meant.length === 1 ? meant[0]?.name : undefined;
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[\s_-]+/g, "");
}

function toolOf(name: string, { tools }: ShapeOptions): ToolDefinition | undefined {
  const offered = offeredName(name, tools);
  return tools.find((tool) => tool.name === offered);
}

function hasOnly(value: Readonly<Record<string, unknown>>, keys: readonly string[]): boolean {
  return Object.keys(value).every((key) => keys.includes(key) || quietKeys.has(key));
}

function without(value: Readonly<Record<string, unknown>>, key: string): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(value).filter(([name]) => name !== key));
}
