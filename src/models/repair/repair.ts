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
  const split = splitThought(answer);
  if (tools.length === 0) return split;
  try {
    return withCallsFound(split, tools);
  } catch (error) {
    // A model that loops nests its calls by the thousand: nothing of that is a call.
    if (error instanceof RangeError) return withRepairs(split, doubtOf(split, tools));
    throw error;
  }
}

function splitThought(answer: ChatAnswer): ChatAnswer {
  const { text, thinking } = splitThinking(answer.text);
  if (thinking === "") return answer;
  const thought = [answer.thinking, thinking].filter(Boolean).join("\n\n");
  return withRepairs({ ...answer, text, thinking: thought }, [{ kind: "thinking", detail: "told from the text" }]);
}

function withCallsFound(answer: ChatAnswer, tools: readonly ToolDefinition[]): ChatAnswer {
  if (answer.toolCalls.length > 0) return withCalls(answer, answer.toolCalls.map(toRaw), tools);
  const found = findCalls(answer.text, { tools, isCut: answer.finishReason === "length" });
  if (!found) return withRepairs(answer, doubtOf(answer, tools));
  const written: AnswerRepair = { kind: "call", detail: `${found.calls.length} written as ${found.form}` };
  const spoken: ChatAnswer = { ...answer, text: found.rest, finishReason: "tool_calls" };
  return withCalls(withRepairs(spoken, [written]), found.calls, tools);
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

function withCalls(answer: ChatAnswer, calls: readonly Raw[], tools: readonly ToolDefinition[]): ChatAnswer {
  const repaired = calls.map((call) => repairCall(call, tools));
  const toolCalls = repaired.map(({ call }) => call);
  return withRepairs(
    { ...answer, toolCalls },
    repaired.flatMap(({ repairs }) => repairs),
  );
}

function withRepairs(answer: ChatAnswer, repairs: readonly AnswerRepair[]): ChatAnswer {
  return repairs.length === 0 ? answer : { ...answer, repairs: [...(answer.repairs ?? []), ...repairs] };
}
