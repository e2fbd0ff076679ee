import type { TelemetryStore } from "../store/telemetry-store.ts";
import type { Tokens } from "./view.ts";

/** What Claude Code's counters alone tell. */
export interface ClaudeFigures {
  readonly sessions: number;
  readonly costUsd: number;
  readonly tokens: Tokens;
  readonly linesAdded: number;
  readonly linesRemoved: number;
  readonly editsAccepted: number;
  readonly editsRejected: number;
  readonly commits: number;
  readonly pullRequests: number;
  readonly activeSeconds: number;
}

interface Span {
  readonly from: number;
  readonly to: number;
}

export async function readFigures(store: Pick<TelemetryStore, "series">, span: Span): Promise<ClaudeFigures> {
  const counter = (name: string): Promise<Counter> => readCounter(store, `claude_code_${name}_total`, span);
  const [sessions, cost, tokens, lines, edits, commits, pulls, active] = await Promise.all([
    counter("session_count"),
    counter("cost_usage_USD"),
    counter("token_usage_tokens"),
    counter("lines_of_code_count"),
    counter("code_edit_tool_decision"),
    counter("commit_count"),
    counter("pull_request_count"),
    counter("active_time_seconds"),
  ]);
  return {
    sessions: sessions(),
    costUsd: cost(),
    tokens: {
      input: tokens("type", "input"),
      output: tokens("type", "output"),
      cacheRead: tokens("type", "cacheRead"),
      cacheCreation: tokens("type", "cacheCreation"),
    },
    linesAdded: lines("type", "added"),
    linesRemoved: lines("type", "removed"),
    editsAccepted: edits("decision", "accept"),
    editsRejected: edits("decision", "reject"),
    commits: commits(),
    pullRequests: pulls(),
    activeSeconds: active(),
  };
}

/** What was added up, of all series or of those with this label. */
type Counter = (label?: string, value?: string) => number;

const hourMs = 3_600_000;

async function readCounter(store: Pick<TelemetryStore, "series">, name: string, { from, to }: Span): Promise<Counter> {
  const stepMs = to - from > 48 * hourMs ? hourMs : 60_000;
  const { series } = await store.series({ name, matchers: [], from, to, stepMs });
  const sums = series.map(({ labels, points }) => ({
    labels,
    sum: points.reduce((total, { point }) => total + (point.type === "counter" ? point.sum : 0), 0),
  }));
  return (label, value) =>
    sums
      .filter(({ labels }) => label === undefined || labels[label] === value)
      .reduce((total, { sum }) => total + sum, 0);
}
