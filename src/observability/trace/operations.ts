import { z } from "zod";
import type { Clock } from "../../core/clock.ts";
import { TuttiError } from "../../core/error.ts";
import { operation, WrittenOutput, type AnyOperation } from "../../core/operation.ts";
import { momentText, toMoment } from "../moment.ts";
import type { TelemetryStore } from "../store/telemetry-store.ts";
import { findTrace } from "./view/find-trace.ts";
import { detailShape, spanDetailShape, summaryShape } from "./view/shape.ts";
import { spanDetail } from "./view/span-detail.ts";

const read = { method: "GET", role: "viewer", effect: "read", idempotent: true } as const;
const faces = ["cli", "http", "sdk", "mcp"] as const;
const mostListed = 1_000;
// What a page shows at once without a pause.
const valueBytes = 4_096;
const mostValueBytes = 64_000_000;

const query = z
  .string()
  .max(2_000)
  .describe(
    "Words that spans have, and conditions: status:error service:tutti duration>2s gen_ai.request.model:llama*",
  );
const range = {
  since: z.string().min(1).optional().describe(`Only traces that began from then on: ${momentText}`),
  until: z.string().min(1).optional().describe("Only traces that began before then, given in the same way"),
  before: z.string().min(1).optional().describe("Only traces older than this one: the last one of the list before"),
  limit: z.coerce.number().int().min(1).max(mostListed).default(50).describe("How many at the most"),
} as const;
const traceId = z.string().min(1).describe("The trace's id, or the id of a run that it is of");

/** Questions about traces, whoever has told them. */
export function createTraceOperations(store: TelemetryStore, clock: Clock): AnyOperation[] {
  return [searchOperation(store, clock), listOperation(store, clock), getOperation(store), spanOperation(store)];
}

function listOperation(store: TelemetryStore, clock: Clock): AnyOperation {
  return operation({
    ...read,
    name: "trace.list",
    summary: "Lists traces, newest first, without their spans",
    path: "/traces",
    input: z.strictObject({ query: query.optional(), ...range }),
    output: z.array(summaryShape),
    faces,
    page: { cursor: "before", key: "traceId" },
    cli: { examples: ["tutti trace list", "tutti trace list --since 24h --query status:error"] },
    empty: [],
    handle: (input) => list({ store, clock }, input),
  });
}

function searchOperation(store: TelemetryStore, clock: Clock): AnyOperation {
  return operation({
    ...read,
    name: "trace.search",
    summary: "Finds traces by words and attributes of their spans, newest first",
    path: "/traces/search",
    input: z.strictObject({ query, ...range }),
    output: z.array(summaryShape),
    faces: ["cli", "http", "sdk"],
    page: { cursor: "before", key: "traceId" },
    cli: {
      positional: ["query..."],
      examples: ["tutti trace search refund", "tutti trace search status:error 'duration>2s' --since 7d"],
    },
    empty: [],
    handle: (input) => list({ store, clock }, input),
  });
}

interface Listing {
  readonly query?: string | undefined;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly before?: string | undefined;
  readonly limit: number;
}

async function list(
  { store, clock }: { readonly store: TelemetryStore; readonly clock: Clock },
  { since, until, ...wanted }: Listing,
): Promise<z.infer<typeof summaryShape>[]> {
  const now = clock.now();
  await store.flush();
  const found = await store.traces({
    ...wanted,
    since: toMoment(since, now, "since"),
    until: toMoment(until, now, "until"),
  });
  return [...found];
}

function getOperation(store: TelemetryStore): AnyOperation {
  return operation({
    ...read,
    name: "trace.get",
    summary: "Shows where the time of a trace went: its spans in their order",
    path: "/traces/:id",
    input: z.strictObject({ id: traceId }),
    output: detailShape,
    faces,
    cli: {
      positional: ["id"],
      examples: ["tutti trace get run_4k7d2mzq01pb", "tutti trace get 4bf92f3577b34da6a3ce929d0e0e4736"],
    },
    async handle({ id }) {
      const { found } = await findTrace(store, { id, read: (one) => store.traceText(one) });
      return new WrittenOutput(found);
    },
  });
}

function spanOperation(store: TelemetryStore): AnyOperation {
  return operation({
    ...read,
    name: "trace.span",
    summary: "Shows one span of a trace with its attributes, events and links",
    path: "/traces/:id/spans/:span",
    input: z.strictObject({
      id: traceId,
      span: z.string().min(1).describe("The span's id; its first digits will do"),
      maxBytes: z.coerce
        .number()
        .int()
        .min(1)
        .max(mostValueBytes)
        .default(valueBytes)
        .describe("The most of each value; what is longer is cut, and its size told"),
    }),
    output: spanDetailShape,
    faces,
    cli: {
      positional: ["id", "span"],
      examples: ["tutti trace span run_4k7d2mzq01pb 00f067aa0ba902b7"],
    },
    async handle({ id, span, maxBytes }) {
      const { traceId: known, found } = await findTrace(store, { id, read: (one) => store.span(one, span) });
      if (found.span !== null) return spanDetail(found.span, { mostBytes: maxBytes });
      const how = found.fitting === 0 ? "has no span" : `has ${found.fitting} spans that begin with`;
      throw new TuttiError(found.fitting === 0 ? "trace.missing" : "usage.invalid", `trace ${known} ${how} ${span}`, {
        hint: `Its spans: tutti trace get ${known} --json`,
      });
    },
  });
}
