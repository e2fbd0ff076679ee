import { z } from "zod";
import { operation, type AnyOperation } from "../core/operation.ts";
import type { OrderedLog } from "./ordered-log.ts";
import { tail, type TailEvent, type TailPorts } from "./tail.ts";

const eventShape = z.object({
  specversion: z.literal("1.0"),
  id: z.string(),
  source: z.string(),
  type: z.string(),
  subject: z.string().describe("What it is about: a run's id, a budget's name …"),
  time: z.string(),
  sequence: z.number().describe("Grows in the order of storing; the `after` of who goes on from here."),
  data: z.unknown(),
});

const liveShape = z.object({
  key: z.string().nullable().describe("The step that tells it."),
  type: z.string().describe("`live`, `started`, `run` …; `dropped` where the follower was too slow for what came."),
  data: z.unknown(),
});

const faces = ["cli", "http", "sdk", "mcp"] as const;
const read = { method: "GET", role: "viewer", effect: "read", idempotent: true } as const;
const number = z.coerce.number().int().min(0);
const after = number.optional();
const subject = z.string().min(1).optional().describe("Only what is about this: a run's id, a budget's name …");
const types = z
  .string()
  .min(1)
  .optional()
  .describe('Only events of these types, with commas; "tutti.run.*" means all that begin so');
const mostListed = 1_000;

export function createEventOperations(ports: TailPorts): AnyOperation[] {
  return [listOperation(ports.log), tailOperation(ports)];
}

function listOperation(log: OrderedLog): AnyOperation {
  return operation({
    ...read,
    name: "event.list",
    summary: "Lists stored events in the order in which they happened; without --after the newest ones",
    path: "/events",
    input: z.strictObject({
      after: after.describe("Only events behind this number, oldest first: the sequence of the last one that is known"),
      subject,
      type: types,
      limit: z.coerce.number().int().min(1).max(mostListed).default(50).describe("How many at the most"),
    }),
    output: z.array(eventShape),
    faces,
    page: { cursor: "after", key: "sequence" },
    cli: { examples: ["tutti event list", "tutti event list --subject run_4k7d2mzq01pb --type 'tutti.step.*'"] },
    empty: [],
    handle: ({ after: from, subject: about, type, limit }) =>
      log.read({ after: from, subject: about, types: typesIn(type), newest: from === undefined, limit }),
  });
}

function tailOperation(ports: TailPorts): AnyOperation {
  return operation<z.infer<typeof tailInput>, { latest: number }, TailEvent>({
    ...read,
    name: "event.tail",
    summary: "Follows the stored events as they come, until it is ended",
    path: "/events/stream",
    input: tailInput,
    progress: z.union([eventShape, z.object({ live: liveShape })]),
    output: z.object({ latest: z.number().describe("The number of the last event that was told or passed over") }),
    faces: ["cli", "http", "sdk"],
    cli: {
      prints: true,
      waitsForRuns: true,
      examples: ["tutti event tail", "tutti event tail --after 0 --types 'tutti.run.*' --json"],
    },
    handle: ({ after: from, subject: about, types: wanted, run }, { signal }) =>
      tail(ports, { after: from, subject: about, types: typesIn(wanted), run }, signal),
  });
}

const tailInput = z.strictObject({
  after: after.describe("Begin behind this number; default: with what comes from now on"),
  subject,
  types,
  run: z.string().min(1).optional().describe("Also what this run tells and does not store: tokens, lines of output"),
});

function typesIn(text: string | undefined): string[] | undefined {
  return text
    ?.split(",")
    .map((type) => type.trim())
    .filter((type) => type !== "");
}
