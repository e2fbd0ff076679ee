import { z } from "zod";
import { systemClock, type Clock } from "../../src/core/clock.ts";
import { defineAgent } from "../../src/engine/agent/agent.ts";
import { defineFlow } from "../../src/engine/flow.ts";
import type { Step } from "../../src/index.ts";
import type { ScriptedAnswer } from "../../src/models/scripted.ts";
import type { Tracing } from "../../src/observability/trace/tracing.ts";
import { collectSpans, testTracing, type Collected } from "../support/span-collector.ts";
import { workFlow, type WorkEngine, type WorkOptions } from "./work-verbs-case.ts";

export interface Traced extends Disposable {
  readonly collected: Collected;
  readonly tracing: Tracing;
  /** What an engine is handed so that it is traced. */
  readonly watched: Pick<WorkOptions, "observer" | "ring" | "tracer" | "clock">;
}

export function traced(): Traced {
  const collected = collectSpans();
  const clock = tickingClock();
  const tracing = testTracing({ sink: collected.sink, clock });
  return {
    collected,
    tracing,
    watched: { observer: tracing.observer, ring: tracing.effect, tracer: tracing.tracer, clock },
    [Symbol.dispose]: () => tracing[Symbol.dispose](),
  };
}

/** No two looks at it give one time, so that what comes later has begun later, however fast the machine is. */
export function tickingClock(): Clock {
  let last = 0;
  return { ...systemClock, now: () => (last = Math.max(last + 1, systemClock.now())) };
}

export type Open = (options: WorkOptions) => Promise<WorkEngine>;

export const lookUp = {
  name: "look_up",
  description: "Looks something up.",
  input: z.object({ word: z.string() }),
  effect: "read",
  call: async ({ word }: { word: string }) => ({ found: word }),
} as const;

export const scribe = defineAgent({ name: "scribe", instructions: "Look up, then answer.", tools: [lookUp] });

export const agentAnswers: readonly ScriptedAnswer[] = [
  { toolCalls: [{ name: "look_up", arguments: { word: "sea" } }] },
  "The sea.",
];

export function child() {
  return defineFlow<null, unknown, Step>({ name: "trace-child", run: (step) => step.run("inner", () => 1) });
}

/** An agent with a tool, a map, a child, a review and a wait. */
export function everything() {
  return workFlow(async (step) => {
    await step.agent("write", scribe, { prompt: "What is it?" });
    await step.map("each", ["a", "b"], (item, inner) => inner.run("count", () => item.length), { concurrency: 1 });
    await step.flow("sub", child(), null);
    await step.review("sign off", { title: "Good?", payload: { text: "sea" } });
    await step.shell("say", ["sh", "-c", "echo $TRACEPARENT"]);
  });
}

export const everyLine = (flow: string): string[] => [
  `invoke_workflow ${flow}`,
  "  invoke_agent scribe",
  "    turn 1",
  "      model",
  "        chat model",
  "      execute_tool look_up",
  "    turn 2",
  "      model",
  "        chat model",
  "  each",
  "    item",
  "      count",
  "    item",
  "      count",
  "  sub",
  "    invoke_workflow trace-child",
  "      inner",
  "  sign off",
  "  say",
];

/** Ends with the signal; a test's end is the end of what nobody waits for. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}

/** What a program has printed, by its step's result. */
export function stdoutOf(result: unknown): string {
  return (result as { stdout: string }).stdout.trim();
}
