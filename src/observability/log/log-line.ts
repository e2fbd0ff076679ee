import { z } from "zod";
import type { StoredLog } from "../store/telemetry-store.ts";

const attribute = z.union([
  z.string(),
  z.number(),
  z.boolean(),
  z.array(z.string()),
  z.array(z.number()),
  z.array(z.boolean()),
]);

export const logLineShape = z.object({
  seq: z.number().describe("Grows in the order of storing; the `before` or `after` of who goes on from here."),
  at: z.number().describe("Milliseconds since 1970, with its thousandths."),
  level: z.enum(["debug", "info", "warn", "error"]),
  event: z.string().describe("What happened, as a name: host.started, job.failed …"),
  message: z.string().describe("The same for people; may be empty."),
  service: z.string().describe("Which program told it."),
  traceId: z.string().nullable(),
  spanId: z.string().nullable(),
  run: z.string().nullable(),
  attributes: z.record(z.string(), attribute),
});

export type LogLine = z.infer<typeof logLineShape>;

export function toLogLine({ at, attributes, ...log }: StoredLog): LogLine {
  const { seq, level, event, message, service, traceId, spanId, run } = log;
  return {
    seq,
    at: at / 1_000,
    level,
    event,
    message,
    service,
    traceId,
    spanId,
    run,
    // Lists that may not be changed are lists; the shape has no word for it.
    attributes: { ...attributes } as LogLine["attributes"],
  };
}
