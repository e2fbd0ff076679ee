import { z } from "zod";
import type { Clock } from "../../core/clock.ts";
import { isDuration, notADurationText, toMs } from "../../core/duration.ts";
import { operation, type AnyOperation } from "../../core/operation.ts";
import type { TelemetryStore } from "../store/telemetry-store.ts";
import { claudeQuery, toClaudeEvent, type ClaudeEvent } from "./event.ts";
import { readFigures, type ClaudeFigures } from "./figures.ts";
import { summarize, type EventSummary } from "./summary.ts";
import { claudeView, type ClaudeTotals, type ClaudeView, type Tokens } from "./view.ts";

export interface ClaudeOptions {
  readonly store: Pick<TelemetryStore, "logs" | "series">;
  readonly clock: Clock;
}

/** What Claude Code tells about itself, as views of its own. */
export function createClaudeOperations(options: ClaudeOptions): readonly AnyOperation[] {
  return [
    operation({
      name: "claude.show",
      summary: "Shows what Claude Code did, as it tells by OpenTelemetry: sessions, tokens, cost, tools, edits",
      method: "GET",
      path: "/claude",
      role: "viewer",
      effect: "read",
      idempotent: true,
      input: z.strictObject({
        since: z.string().refine(isDuration, notADurationText).default("7d").describe("How far back"),
      }),
      output: claudeView,
      faces: ["cli", "http", "sdk", "mcp"],
      cli: { examples: ["tutti claude show", "tutti claude show --since 24h --json"] },
      handle: ({ since }) => showClaude(options, toMs(since)),
    }),
  ];
}

async function showClaude({ store, clock }: ClaudeOptions, sinceMs: number): Promise<ClaudeView> {
  const until = clock.now();
  const since = Math.max(0, until - sinceMs);
  const [{ events, isWhole }, figures] = await Promise.all([
    readEvents(store, since),
    readFigures(store, { from: since, to: until }),
  ]);
  const summary = summarize(events);
  const { sessions, tools, models, errors } = summary;
  return { since, until, isWhole, totals: toTotals(events, summary, figures), sessions, tools, models, errors };
}

const pageSize = 1_000;
const mostEvents = 20_000;

async function readEvents(
  store: ClaudeOptions["store"],
  since: number,
): Promise<{ readonly events: readonly ClaudeEvent[]; readonly isWhole: boolean }> {
  const events: ClaudeEvent[] = [];
  let before: number | undefined;
  while (events.length < mostEvents) {
    const page = await store.logs({ query: claudeQuery, since, before, limit: pageSize });
    events.push(...page.flatMap((record) => toClaudeEvent(record) ?? []));
    if (page.length < pageSize) return { events, isWhole: true };
    before = Math.min(...page.map(({ seq }) => seq));
  }
  return { events, isWhole: false };
}

/**
 * Records and counters tell much of the same, and either may not be sent, or have been sent while nobody listened; neither
 * tells a thing twice. So the larger is nearer to what happened.
 */
function toTotals(events: readonly ClaudeEvent[], summary: EventSummary, figures: ClaudeFigures): ClaudeTotals {
  const { sessions, tools, models, editsAccepted, editsRejected } = summary;
  const larger = (kind: keyof Tokens): number =>
    Math.max(
      figures.tokens[kind],
      sum(models, ({ tokens }) => tokens[kind]),
    );
  return {
    ...figures,
    sessions: Math.max(figures.sessions, sessions.length),
    prompts: events.filter(({ name }) => name === "user_prompt").length,
    toolCalls: sum(tools, ({ calls }) => calls),
    toolFailures: sum(tools, ({ failures }) => failures),
    errors: sum(sessions, (session) => session.errors),
    calls: sum(models, ({ calls }) => calls),
    costUsd: Math.max(
      figures.costUsd,
      sum(models, ({ costUsd }) => costUsd),
    ),
    tokens: {
      input: larger("input"),
      output: larger("output"),
      cacheRead: larger("cacheRead"),
      cacheCreation: larger("cacheCreation"),
    },
    editsAccepted: Math.max(figures.editsAccepted, editsAccepted),
    editsRejected: Math.max(figures.editsRejected, editsRejected),
  };
}

function sum<Row>(rows: readonly Row[], valueOf: (row: Row) => number): number {
  return rows.reduce((total, row) => total + valueOf(row), 0);
}
