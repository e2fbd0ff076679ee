import type { Clock } from "../../core/clock.ts";
import { formatMs } from "../../core/duration.ts";
import { TuttiError } from "../../core/error.ts";
import { aborted } from "../abort.ts";
import type { ProbeFacts } from "./probe.ts";
import { chatParts, embeddingParts, type Findings, type Samples } from "./part.ts";
import type { ProbeSubject, ProbeTarget } from "./target.ts";

/** Another part of a probe begins. */
export interface ProbeStage {
  readonly type: "stage";
  readonly text: string;
  readonly done: number;
  readonly of: number;
}

export interface ProbeOptions {
  /** `provider/name`, and where it is. */
  readonly model: string;
  readonly server: string;
  readonly clock: Clock;
  /** What is not measured by then, is not. */
  readonly budgetMs: number;
  readonly signal: AbortSignal;
}

/**
 * Asks a model a few things and measures how it answers. Without the first answer there is nothing to tell, so its error
 * is thrown; a later part that fails is a note, and so is one that the budget has no time for.
 */
export async function* runProbe(target: ProbeTarget, options: ProbeOptions): AsyncGenerator<ProbeStage, ProbeFacts> {
  const { clock, signal, model } = options;
  const startedAt = clock.now();
  const subject = await target.describe(signal);
  const found = startFindings(subject, options, startedAt);
  const parts = subject.kind === "chat" ? chatParts : embeddingParts;
  for (const [index, { name, measure }] of parts.entries()) {
    yield { type: "stage", text: name, done: index, of: parts.length };
    using limit = startLimit(clock, options.budgetMs - (clock.now() - startedAt), signal);
    try {
      limit.signal.throwIfAborted();
      await measure({ target, subject, found, signal: limit.signal });
    } catch (error) {
      if (signal.aborted) throw aborted(`the probe of ${model}`, signal.reason);
      if (index === 0) throw limit.isOver() ? tooSlow(model, options.budgetMs) : error;
      found.facts.notes.push(`${name}: ${limit.isOver() ? "no time was left" : wordsOf(error)}`);
    }
  }
  return { ...found.facts, ...summary(found.samples), tookMs: clock.now() - startedAt };
}

function startFindings(subject: ProbeSubject, { model, server }: ProbeOptions, probedAt: number): Findings {
  const { kind, digest, contextAsked } = subject;
  const isChat = kind === "chat";
  return {
    facts: {
      model,
      server,
      digest,
      probedAt,
      kind,
      tools: isChat ? "unknown" : "none",
      schema: { streamed: "unknown", whole: "unknown", thinking: isChat ? "unknown" : null },
      thinking: isChat ? "unknown" : "none",
      contextAsked,
      contextGranted: null,
      loadMs: null,
      firstTokenMs: null,
      promptTokensPerSecond: null,
      outputTokensPerSecond: null,
      dimensions: null,
      notes: [],
    },
    samples: { firstTokenMs: [], prompt: [], output: [] },
  };
}

function summary({ firstTokenMs, prompt, output }: Samples): Partial<ProbeFacts> {
  return {
    firstTokenMs: median(firstTokenMs),
    promptTokensPerSecond: median(prompt),
    outputTokensPerSecond: median(output),
  };
}

function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (middle === undefined) return null;
  const below = sorted[sorted.length / 2 - 1];
  return below === undefined ? middle : (below + middle) / 2;
}

interface Limit extends Disposable {
  readonly signal: AbortSignal;
  isOver(): boolean;
}

function startLimit(clock: Clock, leftMs: number, caller: AbortSignal): Limit {
  const controller = new AbortController();
  const withdraw = leftMs > 0 ? clock.after(leftMs, () => controller.abort()) : undefined;
  if (leftMs <= 0) controller.abort();
  return {
    signal: AbortSignal.any([caller, controller.signal]),
    isOver: () => controller.signal.aborted,
    [Symbol.dispose]: () => withdraw?.(),
  };
}

function tooSlow(model: string, budgetMs: number): TuttiError {
  return new TuttiError("model.unreachable", `${model} did not load and answer within ${formatMs(budgetMs)}`, {
    hint: "Give the probe more time with --budget, or choose a smaller model.",
  });
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
