import { z } from "zod";
import type { Clock } from "../../core/clock.ts";
import { operation, type AnyOperation } from "../../core/operation.ts";
import { momentText, toMoment } from "../moment.ts";
import type { LogFilter, StoredLog, TelemetryStore } from "../store/telemetry-store.ts";
import { followLogs } from "./follow-logs.ts";
import { logLineShape, toLogLine, type LogLine } from "./log-line.ts";

export interface LogPorts {
  readonly store: Pick<TelemetryStore, "logs" | "flush">;
  readonly clock: Clock;
}

const read = { method: "GET", role: "viewer", effect: "read", idempotent: true } as const;
const place = z.coerce.number().int().min(0).optional();
const mostListed = 1_000;
// Asked for by people: a reader further down than this has lost the thread, and asks by time.
const asked = {
  query: z
    .string()
    .max(2_000)
    .optional()
    .describe("Words that lines have, and conditions: event:host.* run:run_… trace:… -key:value"),
  level: z.enum(["debug", "info", "warn", "error"]).optional().describe("Only lines of this level or worse"),
  run: z.string().min(1).optional().describe("Only lines about this run"),
} as const;

export function createLogOperations(ports: LogPorts): AnyOperation[] {
  return [listOperation(ports), tailOperation(ports)];
}

function listOperation({ store, clock }: LogPorts): AnyOperation {
  return operation({
    ...read,
    name: "log.list",
    summary: "Lists log lines that were kept, newest first",
    path: "/logs",
    input: z.strictObject({
      ...asked,
      since: z.string().min(1).optional().describe(`Only lines from then on: ${momentText}`),
      until: z.string().min(1).optional().describe("Only lines before then, given in the same way"),
      before: place.describe("Only lines stored before this number: the `seq` of the last one that is known"),
      limit: z.coerce.number().int().min(1).max(mostListed).default(100).describe("How many at the most"),
    }),
    output: z.array(logLineShape),
    // The command is `tutti logs`, which shows the newest last.
    faces: ["http", "sdk", "mcp"],
    page: { cursor: "before", key: "seq" },
    cli: { examples: ["tutti logs", "tutti logs no space --level warn --since 24h"] },
    empty: [],
    async handle({ since, until, before, limit, ...wanted }) {
      const now = clock.now();
      // What this process has just told is part of the answer.
      await store.flush();
      const found = await store.logs({
        ...toFilter(wanted),
        since: toMoment(since, now, "since"),
        until: toMoment(until, now, "until"),
        before,
        limit,
      });
      return found.toSorted(newestFirst).map(toLogLine);
    },
  });
}

const tailInput = z.strictObject({
  ...asked,
  after: place.describe("Begin behind this number; default: with what comes from now on"),
});

function tailOperation(ports: LogPorts): AnyOperation {
  return operation<z.infer<typeof tailInput>, { latest: number }, LogLine>({
    ...read,
    name: "log.tail",
    summary: "Follows the log lines as they are stored, until it is ended",
    path: "/logs/tail",
    input: tailInput,
    progress: logLineShape,
    output: z.object({ latest: z.number().describe("The number of the last line that was told or passed over") }),
    faces: ["http", "sdk"],
    cli: { prints: true, examples: ["tutti logs -f", "tutti logs -f --level warn"] },
    handle: ({ after, ...wanted }, { signal }) => followLogs(ports, { after, filter: toFilter(wanted) }, signal),
  });
}

function toFilter({
  query,
  level,
  run,
}: {
  readonly query?: string | undefined;
  readonly level?: StoredLog["level"] | undefined;
  readonly run?: string | undefined;
}): Pick<LogFilter, "query" | "level"> {
  const terms = [...(query === undefined ? [] : [query]), ...(run === undefined ? [] : [`run:${JSON.stringify(run)}`])];
  return { query: terms.length === 0 ? undefined : terms.join(" "), level };
}

function newestFirst(a: StoredLog, b: StoredLog): number {
  return b.seq - a.seq;
}
