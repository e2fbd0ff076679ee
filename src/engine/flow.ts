import type { z } from "zod";
import { TuttiError } from "../core/error.ts";
import type { Duration } from "../core/duration.ts";
import type { WaitSpec } from "../core/verb.ts";

/** A durable program. `Step` is what its body is handed: the verbs of every capability. */
export interface Flow<in Input = never, Output = unknown, Step = never> {
  readonly kind: "flow";
  readonly name: string;
  readonly description?: string | undefined;
  /** The author's own; shown, and never compared. */
  readonly version?: string | undefined;
  readonly input?: z.ZodType | undefined;
  /** How many runs of this flow may be worked on at once; the others stay queued. */
  readonly concurrency?: number | undefined;
  /** A run that takes longer fails with `engine.deadline`. */
  readonly deadline?: Duration | undefined;
  run(step: Step, input: Input): Promise<Output>;
}

/** Any flow, whatever its input: `input` has parsed the value before `run` is called. */
export type AnyFlow = Omit<Flow, "run" | "input"> & {
  readonly input?: z.ZodType | undefined;
  // Methods compare loosely in their parameters, so that a flow of any input and step fits.
  run(step: never, input: never): Promise<unknown>;
};

// Filled as modules are loaded, which happens once in a process, so it can only be the process's.
const definedFlows = new Map<string, AnyFlow>();

// A name is also a file's name, a command's argument and a metric's label.
const flowName = /^[a-z0-9][a-z0-9_.-]{0,99}$/i;
const reserved = ["list", "get", "watch", "cancel", "pause", "resume", "retry", "fork", "start", "show", "verify"];

export function defineFlow<Input, Output, Step>(
  definition: Omit<Flow<Input, Output, Step>, "kind">,
): Flow<Input, Output, Step> {
  if (!flowName.test(definition.name) || reserved.includes(definition.name)) {
    throw new TuttiError("flow.invalid", `${JSON.stringify(definition.name)} cannot be a flow's name`, {
      hint: `Use letters, digits, ".", "_" and "-", at most 100, and none of the command's own words (${reserved.join(", ")}).`,
    });
  }
  const flow = { kind: "flow" as const, ...definition };
  definedFlows.set(flow.name, flow);
  return flow;
}

/** A flow that some loaded module has defined, exported or not: a child's run is found by name after a crash. */
export function definedFlow(name: string): AnyFlow | undefined {
  return definedFlows.get(name);
}

export function isFlow(value: unknown): value is AnyFlow {
  return (
    typeof value === "object" &&
    value !== null &&
    "kind" in value &&
    value.kind === "flow" &&
    "name" in value &&
    typeof value.name === "string" &&
    "run" in value &&
    typeof value.run === "function"
  );
}

/** The wait for a child run, without the making of the child. */
export function childWait(name: string, flow: AnyFlow | string, input: unknown): WaitSpec {
  return { kind: "flow", name, input: { flow: typeof flow === "string" ? flow : flow.name, input: input ?? null } };
}

/** Where a run's flow is sought. */
export interface FlowPlace {
  /** Where the flow was when its run began: it may lie outside of the folders that are searched. */
  readonly file?: string | null;
  /** The folder that the run was started in; a folder that is not there is that of this process. */
  readonly folder?: string | null | undefined;
}

/** Finds flows by name; null where there is none. Throws where the flow's file cannot be read. */
export interface FlowSource {
  find(name: string, place?: FlowPlace): Promise<AnyFlow | null>;
  /** The file that a flow was read from; null where it is not known. */
  fileOf?(flow: AnyFlow): string | null;
}
