import type { ClaudeEvent } from "./event.ts";
import type { ClaudeModel, ClaudeSession, ClaudeTool, ClaudeTrouble, Tokens } from "./view.ts";

/** What log records alone tell. */
export interface EventSummary {
  readonly sessions: ClaudeSession[];
  readonly tools: ClaudeTool[];
  readonly models: ClaudeModel[];
  readonly errors: ClaudeTrouble[];
  readonly editsAccepted: number;
  readonly editsRejected: number;
}

const troubles = new Set(["api_error", "api_refusal", "api_retries_exhausted", "internal_error"]);
const editTools = new Set(["Edit", "MultiEdit", "Write", "NotebookEdit"]);
const mostTroubles = 50;

export function summarize(events: readonly ClaudeEvent[]): EventSummary {
  const decisions = events.filter(
    ({ name, text }) => name === "tool_decision" && editTools.has(text("tool_name") ?? ""),
  );
  return {
    sessions: groupBy(events, ({ session }) => session)
      .map(([id, own]) => toSession(id, own))
      .toSorted((left, right) => right.lastAt - left.lastAt),
    tools: groupBy(events.filter(isOfTool), ({ text }) => text("tool_name"))
      .map(([name, own]) => toTool(name, own))
      .toSorted((left, right) => right.calls - left.calls || (left.name < right.name ? -1 : 1)),
    models: groupBy(events.filter(isModelCall), ({ text }) => text("model"))
      .map(([name, own]) => toModel(name, own))
      .toSorted((left, right) => right.costUsd - left.costUsd || right.calls - left.calls),
    errors: events
      .filter(isTrouble)
      .map(toTrouble)
      .toSorted((left, right) => right.at - left.at)
      .slice(0, mostTroubles),
    editsAccepted: decisions.filter(({ text }) => text("decision") === "accept").length,
    editsRejected: decisions.filter(({ text }) => text("decision") === "reject").length,
  };
}

const isModelCall = ({ name }: ClaudeEvent): boolean => name === "api_request";
const isToolCall = ({ name }: ClaudeEvent): boolean => name === "tool_result";
const isOfTool = ({ name }: ClaudeEvent): boolean => name === "tool_result" || name === "tool_decision";
const isTrouble = ({ name }: ClaudeEvent): boolean => troubles.has(name);

function toSession(id: string, events: readonly ClaudeEvent[]): ClaudeSession {
  const times = events.map(({ at }) => at);
  return {
    id,
    firstAt: times.reduce((first, at) => Math.min(first, at), Infinity),
    lastAt: times.reduce((last, at) => Math.max(last, at), 0),
    prompts: events.filter(({ name }) => name === "user_prompt").length,
    toolCalls: events.filter(isToolCall).length,
    errors: events.filter(isTrouble).length,
    ...usedIn(events),
    models: [...new Set(events.filter(isModelCall).flatMap(({ text }) => text("model") ?? []))].toSorted(),
    traceId: events.find(({ traceId }) => traceId !== null)?.traceId ?? null,
  };
}

function toTool(name: string, events: readonly ClaudeEvent[]): ClaudeTool {
  const calls = events.filter(isToolCall);
  const decided = (decision: string): number =>
    events.filter((event) => event.name === "tool_decision" && event.text("decision") === decision).length;
  return {
    name,
    calls: calls.length,
    failures: calls.filter(({ isTrue }) => !isTrue("success")).length,
    accepted: decided("accept"),
    rejected: decided("reject"),
    medianMs: quantile(durations(calls), 0.5),
    p95Ms: quantile(durations(calls), 0.95),
  };
}

function toModel(name: string, calls: readonly ClaudeEvent[]): ClaudeModel {
  return { name, ...usedIn(calls), medianMs: quantile(durations(calls), 0.5) };
}

function toTrouble({ name, at, session, text }: ClaudeEvent): ClaudeTrouble {
  const status = text("status_code");
  const message = text("error") ?? text("error.message") ?? text("reason") ?? name;
  return { at, event: name, session, message: status === null ? message : `${status}: ${message}` };
}

/** What the model calls among these have used. */
function usedIn(events: readonly ClaudeEvent[]): { calls: number; costUsd: number; tokens: Tokens } {
  const calls = events.filter(isModelCall);
  const sum = (key: string): number => calls.reduce((total, { number }) => total + number(key), 0);
  return {
    calls: calls.length,
    costUsd: sum("cost_usd"),
    tokens: {
      input: sum("input_tokens"),
      output: sum("output_tokens"),
      cacheRead: sum("cache_read_tokens"),
      cacheCreation: sum("cache_creation_tokens"),
    },
  };
}

function durations(events: readonly ClaudeEvent[]): number[] {
  return events.filter(({ text }) => text("duration_ms") !== null).map(({ number }) => number("duration_ms"));
}

function quantile(values: readonly number[], share: number): number | null {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? null;
}

function groupBy(
  events: readonly ClaudeEvent[],
  keyOf: (event: ClaudeEvent) => string | null,
): (readonly [string, readonly ClaudeEvent[]])[] {
  const groups = Map.groupBy(events, keyOf);
  return [...groups].flatMap(([key, own]) => (key === null ? [] : [[key, own] as const]));
}
