import { TuttiError, toFailure, type Failure } from "../../core/error.ts";
import type { Usage } from "../../core/step.ts";
import type { EffectOutcome } from "../../core/verb.ts";
import type { AnswerRepair, ChatAnswer, ChatMessage, ChatRequest } from "../../models/chat-model.ts";
import {
  outputInstruction,
  readOutput,
  withInstruction,
  type OutputSchema,
} from "../../models/output/structured-output.ts";
import { differences, type Given } from "./given.ts";
import { succeeded, usageOf, type Answers } from "./model-result.ts";
import type { ModelCall, ModelQuirks } from "./model-call.ts";

export interface OutputAsking {
  readonly output: OutputSchema;
  readonly quirks: ModelQuirks;
  readonly call: ModelCall;
  /** Tells who watches that the answer so far is not the one. */
  tell(data: { readonly again: string }): void;
}

type Ask = (request: ChatRequest) => Promise<ChatAnswer>;

/**
 * Asks for an answer by a schema, in the grammar and in words. One that does not fit is quoted back once, with what is
 * wrong with it; what was asked twice has cost twice.
 */
export async function askForOutput(ask: Ask, request: ChatRequest, asking: OutputAsking): Promise<EffectOutcome> {
  const { output, call } = asking;
  const sent = firstRequest(request, asking);
  const given = call.given && { ...call.given, ...differences(request, sent) };
  const first = await ask(sent);
  if (first.toolCalls.length > 0) return succeeded([first], { ...call, given });
  const read = readAnswer(first, output);
  if ("output" in read) return accept([first], read, { ...asking, call: { ...call, given } });
  // A failure says it always: its step has no answer to keep it with.
  if (first.finishReason === "length") return refuse([first], read.problem, givenIn(asking, request, sent));
  asking.tell({ again: read.problem });
  const again = againRequest(request, { first, problem: read.problem }, asking);
  const second = await askAgain(ask, again, first);
  if ("failed" in second) return second.failed;
  const answers: Answers = [first, second.answer];
  const reread = readAnswer(second.answer, output);
  const givenAgain = givenIn(asking, request, again);
  if (!("output" in reread)) return refuse(answers, reread.problem, givenAgain);
  const asked: AnswerRepair = { kind: "asked_again", detail: `the answer ${read.problem}: ${short(first.text)}` };
  return accept(answers, reread, { ...asking, call: { ...call, given: givenAgain } }, [asked]);
}

function givenIn({ output }: OutputAsking, request: ChatRequest, sent: ChatRequest): Given {
  return { tools: sent.tools ?? [], format: output.format, ...differences(request, sent) };
}

/** The first answer has cost its tokens, however the second call ends. */
async function askAgain(
  ask: Ask,
  request: ChatRequest,
  first: ChatAnswer,
): Promise<{ answer: ChatAnswer } | { failed: EffectOutcome }> {
  try {
    return { answer: await ask(request) };
  } catch (error) {
    if (error instanceof TuttiError && error.code === "model.aborted") throw error;
    const usage = usageOf([first]);
    return { failed: { status: "failed", failure: withUsage(toFailure(error, "model.bad_answer"), usage), usage } };
  }
}

function firstRequest(request: ChatRequest, asking: OutputAsking): ChatRequest {
  const { tools = [] } = request;
  // A grammar would keep the model from calling tools, so with tools only the words ask for it.
  if (tools.length > 0) return { ...request, messages: withClosing(request.messages, asking.output) };
  return { ...constrained(request, asking), messages: withInstruction(request.messages, asking.output) };
}

function againRequest(
  { tools: _tools, ...request }: ChatRequest,
  { first, problem }: { first: ChatAnswer; problem: string },
  asking: OutputAsking,
): ChatRequest {
  const messages: readonly ChatMessage[] = [
    ...request.messages,
    { role: "assistant", content: first.text },
    { role: "user", content: `Your answer ${problem}.\n\n${outputInstruction(asking.output)}` },
  ];
  return { ...constrained(request, asking), messages };
}

/** With the schema as the grammar, as far as the model is known to hold it. */
function constrained(request: ChatRequest, { output, quirks }: OutputAsking): ChatRequest {
  const { format } = output;
  const { think } = request.options ?? {};
  if (quirks.ignoresSchemaWhileStreaming) return request;
  if (!quirks.ignoresSchemaWhileThinking) return { ...request, format };
  const isAskedToThink = think !== undefined && think !== false;
  return isAskedToThink ? request : { ...request, format, options: { ...request.options, think: false } };
}

/** In the system's words, as what comes last in the conversation may be a tool's result. */
function withClosing(messages: readonly ChatMessage[], output: OutputSchema): readonly ChatMessage[] {
  const instruction = `When you have the answer: ${outputInstruction(output)}`;
  const [first, ...rest] = messages;
  if (first?.role !== "system") return [{ role: "system", content: instruction }, ...messages];
  return [{ ...first, content: `${first.content}\n\n${instruction}` }, ...rest];
}

function readAnswer(answer: ChatAnswer, output: OutputSchema): ReturnType<typeof readOutput> {
  return readOutput(answer.text, output, { isCut: answer.finishReason === "length" });
}

function accept(
  answers: Answers,
  { output, changes }: { output: unknown; changes: readonly string[] },
  { call }: OutputAsking,
  asked: readonly AnswerRepair[] = [],
): EffectOutcome {
  const changed: AnswerRepair[] = changes.length === 0 ? [] : [{ kind: "output", detail: changes.join("; ") }];
  return succeeded(answers, call, { output, repairs: [...asked, ...changed] });
}

/** An answer that does not fit the schema has cost its tokens all the same. */
function refuse(answers: Answers, problem: string, given: Given): EffectOutcome {
  const failure = invalidOutput(answers.at(-1) ?? answers[0], problem, given);
  const usage = usageOf(answers);
  return { status: "failed", failure: withUsage(failure, usage), usage };
}

/** For whoever adds up what an agent has used: a failure is all that it hears of this step. */
function withUsage({ data, ...failure }: Failure, usage: Usage): Failure {
  return { ...failure, data: { ...(typeof data === "object" ? data : {}), usage } };
}

function invalidOutput({ text, model, finishReason, usage }: ChatAnswer, problem: string, given: Given): Failure {
  const isCut = finishReason === "length";
  const what = isCut ? `was cut off after ${usage.outputTokens} tokens and ${problem}` : problem;
  const hint = isCut
    ? "The answer was cut off: raise options.maxTokens."
    : "Try again, simplify the schema, or take a larger model.";
  const error = new TuttiError("model.output_invalid", `the answer of ${model} ${what}`, {
    hint,
    data: { text: short(text), model, given },
  });
  return toFailure(error, "model.output_invalid");
}

function short(text: string): string {
  return text.slice(0, 2_000);
}
