import { z } from "zod";
import { runStatuses, stepStatuses } from "../core/step.ts";
import { failureShape } from "./read/shape.ts";

export const stepShape = z.object({
  key: z.string(),
  name: z.string(),
  kind: z.string(),
  status: z.enum(stepStatuses),
  attempts: z.number(),
  startedAt: z.number().nullable(),
  finishedAt: z.number().nullable(),
  output: z.unknown(),
  error: failureShape.nullable(),
  skipped: z.object({ reason: z.string(), hint: z.string() }).nullable(),
});

const openWait = z.object({
  key: z.string(),
  kind: z.string(),
  name: z.string(),
  dueAt: z.number().nullable(),
  event: z.string().nullable(),
});

/** What a watcher is told while a run goes on, as `watchRun` yields it. */
export const watchShape = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("run"),
    run: z.object({ id: z.string(), flow: z.string(), status: z.enum(runStatuses) }),
  }),
  z.object({ type: z.literal("step"), step: stepShape }),
  z.object({ type: z.literal("live"), key: z.string(), data: z.unknown() }),
  z.object({ type: z.literal("waiting"), waits: z.array(openWait).readonly() }),
]);
