import type { AnswerRepair, ChatAnswer, ChatModel, ToolDefinition } from "../chat-model.ts";
import { repairCall } from "./arguments.ts";
import { callInDoubt } from "./doubt.ts";
import { gateChunks } from "./stream.ts";
import { findCalls } from "./text.ts";
import { splitThinking } from "./thinking.ts";

/**
 * A model whose answers are taken as they were meant: thoughts are told from text, calls that arrived as text are calls,
 * and arguments have the types of the tool's schema. `repairs` of the answer says what was done.
 */
export function withRepairedCalls(model: ChatModel): ChatModel {
  return {
    name: model.name,
    async chat(request, call) {
      const tools = request.tools ?? [];
      const gate = gateChunks(call.onChunk, { mayCall: tools.length > 0 });
      const answer = repairAnswer(await model.chat(request, { ...call, onChunk: gate.onChunk }), tools);
      gate.end(answer);
      return answer;
    },
  };
}

/** The same for one answer. */
export function repairAnswer(answer: ChatAnswer, tools: readonly ToolDefinition[]): ChatAnswer {
  const { text, thinking } = splitThinking(answer.text);
  const thought: AnswerRepair[] = thinking === "" ? [] : [{ kind: "thinking", detail: "told from the text" }];
  const split: ChatAnswer =
    thinking === "" ? answer : { ...answer, text, thinking: [answer.thinking, thinking].filter(Boolean).join("\n\n") };
  if (tools.length === 0) return withRepairs(split, thought);
  if (answer.toolCalls.length > 0) return withCalls(split, { calls: answer.toolCalls.map(toRaw), tools, thought });
  const found = findCalls(text, { tools, isCut: answer.finishReason === "length" });
  if (!found) return withRepairs(split, [...thought, ...doubtOf(split, tools)]);
  const written: AnswerRepair = { kind: "call", detail: `${found.calls.length} written as ${found.form}` };
  const spoken: ChatAnswer = { ...split, text: found.rest, finishReason: "tool_calls" };
  return withCalls(spoken, { calls: found.calls, tools, thought: [...thought, written] });
}

function doubtOf({ text, finishReason }: ChatAnswer, tools: readonly ToolDefinition[]): AnswerRepair[] {
  const tool = callInDoubt(text, tools);
  if (tool === null) return [];
  const where = finishReason === "length" ? "was cut off" : "stands among other words";
  return [{ kind: "call_in_doubt", tool, detail: `what looks like a call of ${tool} ${where} and was not made` }];
}

function toRaw({ name, arguments: values, id }: ChatAnswer["toolCalls"][number]): Raw {
  return { name, values, id };
}

type Raw = Parameters<typeof repairCall>[0];

function withCalls(
  answer: ChatAnswer,
  { calls, tools, thought }: { calls: readonly Raw[]; tools: readonly ToolDefinition[]; thought: AnswerRepair[] },
): ChatAnswer {
  const repaired = calls.map((call) => repairCall(call, tools));
  const toolCalls = repaired.map(({ call }) => call);
  return withRepairs({ ...answer, toolCalls }, [...thought, ...repaired.flatMap(({ repairs }) => repairs)]);
}

function withRepairs(answer: ChatAnswer, repairs: readonly AnswerRepair[]): ChatAnswer {
  return repairs.length === 0 ? answer : { ...answer, repairs: [...(answer.repairs ?? []), ...repairs] };
}
