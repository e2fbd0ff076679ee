import { isDeepStrictEqual } from "node:util";
import type { ChatAnswer } from "../../src/models/chat-model.ts";
import { outputSchema, readOutput } from "../../src/models/output/structured-output.ts";
import { splitThinking } from "../../src/models/repair/thinking.ts";
import { repairAnswer } from "../../src/models/repair/repair.ts";
import { argumentCalls } from "./call-arguments.ts";
import { markedCalls } from "./call-marked.ts";
import { textCalls } from "./call-text.ts";
import type { CallCase, OutputCase, RefusedCall, RefusedOutput } from "./case.ts";
import { outputs, refusedOutputs, schemas } from "./output.ts";
import { refusedCalls } from "./refused-call.ts";
import { refusedTalk } from "./refused-talk.ts";
import { inputs, tools, type ToolName } from "./tool.ts";

export interface Verdict {
  readonly group: string;
  readonly kind: string;
  readonly isRight: boolean;
  /** What came out, for the message of a test. */
  readonly found: string;
}

export interface CorpusResult {
  /** Cases that must be repaired. */
  readonly repairable: readonly Verdict[];
  /** Cases that must be refused. */
  readonly refused: readonly Verdict[];
}

/** The whole corpus through the product's own code. */
export function judgeCorpus(): CorpusResult {
  return {
    repairable: [
      ...textCalls.map((one) => judgeCall("calls as text", one)),
      ...markedCalls.map((one) => judgeCall("calls in tags", one)),
      ...argumentCalls.map((one) => judgeCall("arguments", one)),
      ...outputs.map(judgeOutput),
    ],
    refused: [...[...refusedCalls, ...refusedTalk].map(judgeRefusedCall), ...refusedOutputs.map(judgeRefusedOutput)],
  };
}

function answer({ text = "", native = [], isCut = false }: Partial<CallCase>): ChatAnswer {
  return {
    text,
    toolCalls: native,
    finishReason: isCut ? "length" : native.length > 0 ? "tool_calls" : "stop",
    usage: { inputTokens: 0, outputTokens: 0 },
    timings: { totalMs: 0 },
    model: "corpus/model",
  };
}

function judgeCall(group: string, one: CallCase): Verdict {
  const { toolCalls } = repairAnswer(answer(one), tools);
  const found = toolCalls.map(({ name, arguments: values }) => ({ name, arguments: values }));
  // A call of a tool that was not offered may stand beside: it is answered with that, and not carried out.
  const offered = found.filter(({ name }) => Object.hasOwn(inputs, name));
  const areValid = offered.every(({ name, arguments: values }) => inputs[name as ToolName].safeParse(values).success);
  const isRight = areValid && isDeepStrictEqual(offered, [...one.calls]);
  return { group, kind: one.kind, isRight, found: JSON.stringify(found) };
}

function judgeRefusedCall(one: RefusedCall): Verdict {
  const { toolCalls } = repairAnswer(answer(one), tools);
  return { group: "no calls", kind: one.kind, isRight: toolCalls.length === 0, found: JSON.stringify(toolCalls) };
}

function read({ schema, text, isCut = false }: RefusedOutput): ReturnType<typeof readOutput> {
  return readOutput(splitThinking(text).text, outputSchema(schemas[schema]), { isCut });
}

function judgeOutput(one: OutputCase): Verdict {
  const reading = read(one);
  const isRight = "output" in reading && isDeepStrictEqual(reading.output, one.output);
  return { group: "JSON", kind: one.kind, isRight, found: JSON.stringify(reading) };
}

function judgeRefusedOutput(one: RefusedOutput): Verdict {
  const reading = read(one);
  return { group: "no JSON", kind: one.kind, isRight: "problem" in reading, found: JSON.stringify(reading) };
}
