import type { z as zod } from "zod";
import type { Duration } from "./core/duration.ts";

import { defineFlow, type Flow, type StepOf, type WorkVerbs } from "./engine/capability.ts";
import type { ReviewVerbs } from "./review/capability.ts";

export { z } from "zod";
export { StepError, TuttiError } from "./core/error.ts";
export { fromLanguageModel, type LanguageModelOptions } from "./models/ai-sdk/chat.ts";
export { defineAgent as agent, type Agent, type AgentResult } from "./engine/capability.ts";
export type { ModelRequest, ModelResult, ShellOptions, ShellResult } from "./engine/capability.ts";
export type { Decision, ReviewRequest } from "./review/capability.ts";
export type { RunRecord, RunStatus, StepRecord, StepStatus, Usage } from "./core/step.ts";
export type { Tool, ToolContext } from "./core/tool.ts";
export { handoff, plan, refine, route, supervise, vote } from "./engine/capability.ts";
export type { HandedOff, HandoffRequest, Planned, PlanRequest, Refined, RefineRequest } from "./engine/capability.ts";
export type { Routed, RouteRequest, Supervised, SuperviseRequest, Vote, VoteRequest } from "./engine/capability.ts";
export type { Duration, Flow };

/** What a flow's body is handed: the verbs of the engine and of every capability. */
export type Step = StepOf<WorkVerbs & ReviewVerbs>;

export interface FlowDefinition<Schema extends zod.ZodType, Output> {
  readonly name: string;
  readonly description?: string;
  /** Your own; shown by `tutti flow show`, and never compared. */
  readonly version?: string;
  readonly input?: Schema;
  /** How many runs of this flow may be worked on at once; the others stay queued. */
  readonly concurrency?: number;
  /** A run that takes longer fails with `engine.deadline`. */
  readonly deadline?: Duration;
  run(step: Step, input: zod.infer<Schema>): Promise<Output>;
}

/**
 * Declares a durable flow. Its body awaits steps only; what a step returned is stored once and replayed after a crash.
 *
 * ```ts
 * export default flow({
 *   name: "greet",
 *   input: z.object({ name: z.string() }),
 *   run: async (step, { name }) => step.run("greet", () => `Hello, ${name}`),
 * });
 * ```
 */
export function flow<Output, Schema extends zod.ZodType = zod.ZodUnknown>(
  definition: FlowDefinition<Schema, Output>,
): Flow<zod.infer<Schema>, Output, Step> {
  return defineFlow<zod.infer<Schema>, Output, Step>(definition);
}
