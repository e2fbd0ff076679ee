import { duration, whole } from "../../../data/format.ts";
import type { Phase, PhaseKind, Span } from "../../../score/timeline.ts";

export interface Line {
  readonly name: string;
  readonly value: string;
}

export interface Ledger {
  readonly lines: readonly Line[];
  readonly total: Line | null;
}

const words: Readonly<Record<PhaseKind, string>> = {
  queued: "queued",
  load: "load model",
  prompt: "read prompt",
  work: "work",
  backoff: "back-off",
  wait: "wait",
};

/** Where a step's time went. */
export function timeLedger({ phases, startedAt, finishedAt, model }: Span, now: number): Ledger {
  const sums = new Map<PhaseKind, number>();
  for (const { kind, from, to } of phases)
    sums.set(kind, (sums.get(kind) ?? 0) + length({ from, to }, finishedAt ?? now));
  const lines = [...sums].map(([kind, ms]) => ({
    name: kind === "work" && model !== null && sums.has("prompt") ? "write" : words[kind],
    value: duration(ms),
  }));
  const from = startedAt ?? phases[0]?.from ?? null;
  const total = from === null ? null : { name: "total", value: duration((finishedAt ?? now) - from) };
  return { lines: lines.length > 1 ? lines : [], total };
}

function length({ from, to }: Pick<Phase, "from" | "to">, end: number): number {
  return Math.max(0, (to ?? end) - from);
}

/** What a step used of tokens; what a server does not tell is left out, and is not zero. */
export function tokenLedger({ tokens }: Span): Ledger {
  if (tokens === null) return { lines: [], total: null };
  const { input, cached, output, reasoning } = tokens;
  const lines: Line[] = [];
  if (input !== null && input !== undefined) lines.push({ name: "input", value: whole(input - (cached ?? 0)) });
  if (cached) lines.push({ name: "cached input", value: whole(cached) });
  if (output !== null && output !== undefined) lines.push({ name: "output", value: whole(output - (reasoning ?? 0)) });
  if (reasoning) lines.push({ name: "reasoning", value: whole(reasoning) });
  return { lines, total: { name: "total", value: whole((input ?? 0) + (output ?? 0)) } };
}

/** Tokens a second while writing, and while reading; null where it cannot be told. */
export function speedOf(span: Span): { write: number | null; read: number | null } {
  const prompt = timeOf(span, "prompt");
  const write = prompt > 0 ? rateOf(span.tokens?.output, timeOf(span, "work")) : null;
  return { write, read: rateOf(span.tokens?.input, prompt) };
}

function timeOf({ phases, finishedAt }: Span, kind: PhaseKind): number {
  return phases
    .filter((phase) => phase.kind === kind)
    .reduce((sum, phase) => sum + length(phase, finishedAt ?? phase.from), 0);
}

function rateOf(count: number | null | undefined, ms: number): number | null {
  return count && ms >= 1 ? (count / ms) * 1_000 : null;
}
