import { TuttiError } from "../../core/error.ts";
import type { ProbeFacts } from "./probe.ts";
import {
  canaryPrompts,
  canaryTool,
  schemaFormat,
  schemaPrompt,
  schemaVerdict,
  speedPrompt,
  thinkingVerdict,
  thinkPrompt,
  toolVerdict,
} from "./question.ts";
import type { ProbeQuestion, ProbeReply, ProbeSubject, ProbeTarget } from "./target.ts";

/** What the parts write into, one after another. */
export interface Findings {
  facts: Omit<ProbeFacts, "tookMs">;
  readonly samples: Samples;
}

export interface Samples {
  readonly firstTokenMs: number[];
  readonly prompt: number[];
  readonly output: number[];
}

export interface Part {
  readonly name: string;
  readonly measure: (at: Bench) => Promise<void>;
}

export interface Bench {
  readonly target: ProbeTarget;
  readonly subject: ProbeSubject;
  readonly found: Findings;
  readonly signal: AbortSignal;
}

const speedRounds = 3;

export const chatParts: readonly Part[] = [
  { name: "load", measure: measureLoad },
  { name: "context", measure: measureContext },
  { name: "schema, streamed", measure: (at) => measureSchema(at, "streamed", { isStreamed: true }) },
  { name: "schema, in one piece", measure: (at) => measureSchema(at, "whole", { isStreamed: false }) },
  { name: "tools", measure: measureTools },
  { name: "thinking", measure: measureThinking },
  { name: "schema while thinking", measure: measureSchemaThinking },
  ...Array.from({ length: speedRounds }, (_, round) => ({
    name: `speed ${round + 1} of ${speedRounds}`,
    measure: (at: Bench) => measureSpeed(at, round),
  })),
];

export const embeddingParts: readonly Part[] = [
  { name: "load", measure: measureEmbeddingLoad },
  { name: "context", measure: measureContext },
  ...Array.from({ length: speedRounds }, (_, round) => ({
    name: `speed ${round + 1} of ${speedRounds}`,
    measure: (at: Bench) => measureEmbeddingSpeed(at, round),
  })),
];

async function measureLoad({ target, found, signal }: Bench): Promise<void> {
  await target.unload(signal);
  const { loadMs } = await target.ask({ prompt: "Say hello.", isStreamed: true, maxTokens: 8 }, signal);
  found.facts = { ...found.facts, loadMs: loadMs ?? null };
}

async function measureContext({ target, found, signal }: Bench): Promise<void> {
  const contextGranted = await target.contextGranted(signal);
  found.facts = { ...found.facts, contextGranted };
}

async function measureSchema(
  { target, subject, found, signal }: Bench,
  key: "streamed" | "whole" | "thinking",
  how: Pick<ProbeQuestion, "isStreamed" | "think">,
): Promise<void> {
  const question = { prompt: schemaPrompt, format: schemaFormat, maxTokens: room(subject), ...how };
  const reply = await orRefused(() => target.ask(question, signal));
  const verdict = reply === "refused" ? "ignored" : schemaVerdict(reply);
  found.facts = { ...found.facts, schema: { ...found.facts.schema, [key]: verdict } };
}

async function measureTools({ target, subject, found, signal }: Bench): Promise<void> {
  for (const prompt of canaryPrompts) {
    const question = { prompt, tools: [canaryTool], isStreamed: true, maxTokens: room(subject) };
    const reply = await orRefused(() => target.ask(question, signal));
    const tools = reply === "refused" ? "refused" : toolVerdict(reply);
    found.facts = { ...found.facts, tools };
    if (tools === "native" || tools === "refused") return;
  }
}

async function measureThinking({ target, found, signal }: Bench): Promise<void> {
  const question = { prompt: thinkPrompt, think: true, isStreamed: true, maxTokens: 256 };
  const reply = await orRefused(() => target.ask(question, signal));
  found.facts = { ...found.facts, thinking: reply === "refused" ? reply : thinkingVerdict(reply) };
}

async function measureSchemaThinking(at: Bench): Promise<void> {
  const { facts } = at.found;
  if (facts.thinking === "apart" || facts.thinking === "inline") {
    return measureSchema(at, "thinking", { isStreamed: true, think: true });
  }
  if (facts.thinking !== "unknown") at.found.facts = { ...facts, schema: { ...facts.schema, thinking: null } };
}

async function measureSpeed({ target, subject, found, signal }: Bench, round: number): Promise<void> {
  // A short prompt, since how long a long one takes follows from the speed of reading.
  const short = await target.ask({ prompt: `Say ${round}.`, isStreamed: true, maxTokens: 1 }, signal);
  const prompt = speedPrompt(round, subject.contextAsked);
  const reply = await target.ask({ prompt, isStreamed: true, maxTokens: 48 }, signal);
  const { samples } = found;
  if (short.firstTokenMs !== undefined) samples.firstTokenMs.push(short.firstTokenMs);
  samples.prompt.push(...rate(reply.promptTokens, reply.promptMs));
  samples.output.push(...rate(reply.outputTokens, reply.generateMs));
}

async function measureEmbeddingLoad({ target, found, signal }: Bench): Promise<void> {
  await target.unload(signal);
  const { dimensions, loadMs = null } = await target.embed("hello", signal);
  found.facts = { ...found.facts, dimensions, loadMs };
}

async function measureEmbeddingSpeed({ target, found, signal }: Bench, round: number): Promise<void> {
  // As much as a small embedder's 256 tokens hold.
  const text = speedPrompt(round, null).slice(0, 500);
  const { inputTokens, totalMs, loadMs = 0 } = await target.embed(text, signal);
  found.samples.prompt.push(...rate(inputTokens, totalMs - loadMs));
}

/** Tokens for an answer, with what a thinking model thinks before it. */
function room({ abilities }: ProbeSubject): number {
  return abilities.includes("thinking") ? 1_024 : 200;
}

async function orRefused(ask: () => Promise<ProbeReply>): Promise<ProbeReply | "refused"> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof TuttiError && error.code === "model.bad_answer" && statusOf(error) === 400) return "refused";
    throw error;
  }
}

function statusOf({ data }: TuttiError): unknown {
  return typeof data === "object" && data !== null && "status" in data ? data.status : undefined;
}

function rate(tokens: number, ms: number | undefined): number[] {
  return ms !== undefined && ms > 0 && tokens > 0 ? [(tokens / ms) * 1_000] : [];
}
