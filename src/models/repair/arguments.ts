import type { AnswerRepair, ToolCall, ToolDefinition } from "../chat-model.ts";
import { coerce } from "../output/coerce.ts";
import { isRecord, propertiesOf } from "../output/fit.ts";
import { offeredName, type RawCall } from "./shape.ts";

export interface RepairedCall {
  readonly call: ToolCall;
  readonly repairs: readonly AnswerRepair[];
}

/** A call with the offered tool's name and with arguments as its schema wants them, as far as there is one way to take them. */
export function repairCall(
  { name: given, values, id }: RawCall & { readonly id?: string | undefined },
  tools: readonly ToolDefinition[],
): RepairedCall {
  const name = offeredName(given, tools) ?? given;
  const tool = tools.find((one) => one.name === name);
  const renamed: AnswerRepair[] =
    name === given ? [] : [{ kind: "name", tool: name, detail: `${JSON.stringify(given)} taken as ${name}` }];
  const named = id === undefined ? { name } : { name, id };
  if (!tool) return { call: { ...named, arguments: values }, repairs: renamed };
  const inner = unwrap(values, tool);
  const { value, changes } = coerce(inner, tool.parameters);
  const all = [...(inner === values ? [] : ["arguments within arguments"]), ...changes];
  const coerced: AnswerRepair[] = all.length === 0 ? [] : [{ kind: "arguments", tool: name, detail: all.join("; ") }];
  return { call: { ...named, arguments: isRecord(value) ? value : inner }, repairs: [...renamed, ...coerced] };
}

const wrapKeys = ["arguments", "parameters", "args", "input", "kwargs", "properties"];

/** `{ "arguments": { … } }` where the tool takes nothing of that name. */
function unwrap(
  values: Readonly<Record<string, unknown>>,
  { parameters }: ToolDefinition,
): Readonly<Record<string, unknown>> {
  const [key, ...more] = Object.keys(values);
  if (key === undefined || more.length > 0 || !wrapKeys.includes(key)) return values;
  if (Object.hasOwn(propertiesOf(parameters), key)) return values;
  const { value } = coerce(values[key], { type: "object" });
  return isRecord(value) ? value : values;
}
