import type { LogRecord } from "../record.ts";

/** What Claude Code tells of one thing that it did, from its log records. What it does not say is null. */
export interface ClaudeEvent {
  /** Without the prefix: `tool_result`. */
  readonly name: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly session: string | null;
  readonly traceId: string | null;
  readonly text: (key: string) => string | null;
  readonly number: (key: string) => number;
  /** Truth values come as words, too. */
  readonly isTrue: (key: string) => boolean;
}

const prefix = "claude_code.";

/** Null for a record that is not of Claude Code. */
export function toClaudeEvent(record: LogRecord): ClaudeEvent | null {
  if (!record.event.startsWith(prefix)) return null;
  const { attributes } = record;
  const text = (key: string): string | null => {
    const value = Object.hasOwn(attributes, key) ? attributes[key] : undefined;
    return value === undefined || value === "" ? null : String(value);
  };
  return {
    name: record.event.slice(prefix.length),
    at: Math.floor(record.at / 1_000),
    session: text("session.id"),
    traceId: record.traceId,
    text,
    number(key) {
      const number = Number(text(key) ?? 0);
      return number >= 0 && number <= Number.MAX_SAFE_INTEGER ? number : 0;
    },
    isTrue: (key) => text(key) === "true",
  };
}

/** The events that views are made of, newest first. */
export const claudeQuery = `event:${prefix}*`;
