import { formatMs } from "../../core/duration.ts";
import { formatBytes } from "../../core/byte-size.ts";
import type { Colors } from "../terminal-text.ts";
import { amount } from "./amount.ts";
import type { TableLook } from "./table.ts";
import { drawWaterfall, type Stroke, type WaterfallLine } from "./waterfall.ts";

interface ShownSpan {
  readonly key: string;
  readonly depth: number;
  readonly name: string;
  readonly kind: string;
  readonly status: string;
  readonly attempt: number;
  readonly attempts: number;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  readonly model: string | null;
  readonly phases: readonly ShownPhase[];
  readonly tokens: { readonly input: number; readonly output: number } | null;
  readonly error: { readonly message: string } | null;
  readonly skipped: string | null;
  readonly importance: string;
  readonly review: string | null;
  readonly child: string | null;
}

interface ShownPhase {
  readonly kind: string;
  readonly from: number;
  readonly to: number | null;
}

interface ShownTimeline {
  readonly run: {
    readonly id: string;
    readonly flow: string;
    readonly status: string;
    readonly summary: string;
    readonly startedAt: number | null;
    readonly finishedAt: number | null;
  };
  readonly now: number;
  readonly spans: readonly ShownSpan[];
}

const glyphs: Readonly<Record<string, string>> = {
  succeeded: "✓",
  failed: "✕",
  running: "◐",
  waiting: "◆",
  skipped: "⤳",
  cancelled: "–",
};
/** What a stretch of time was spent on, from the thinnest to the boldest. */
const marks: Readonly<Record<string, string>> = {
  queued: "·",
  backoff: "~",
  load: "░",
  prompt: "▒",
  work: "█",
  wait: "◇",
};
/** A run as a waterfall: a line for each span, with its time as a bar of the run's. */
export function presentTimeline({ run, now, spans }: ShownTimeline, look: TableLook): string {
  const { color } = look;
  const from = run.startedAt ?? now;
  const to = Math.max(from + 1, run.finishedAt ?? now, ...spans.map(({ finishedAt }) => finishedAt ?? 0));
  const shown = spans.filter(({ importance }) => importance !== "hidden");
  const lines = drawWaterfall(
    shown.map((span) => toLine(span, now)),
    { from, to },
    look,
  );
  const head = `${run.flow}  ${color.bold(run.status)} ${run.id}  ${formatMs(to - from)}`;
  if (lines.length === 0) return `${head}\nNothing is stored of its steps yet.`;
  return [head, ...lines, legend(spans, color)].filter(Boolean).join("\n");
}

function toLine(span: ShownSpan, now: number): WaterfallLine {
  const { depth, status } = span;
  return {
    depth,
    glyph: glyphs[status] ?? "?",
    label: label(span),
    took: took(span, now),
    strokes: strokes(span, now),
    remark: remark(span),
  };
}

function label({ name, kind, attempt, attempts }: ShownSpan): string {
  if (kind === "attempt") return `attempt ${attempt} of ${attempts}`;
  const line = name.replaceAll(/\s+/g, " ");
  return attempts > 1 ? `${line} ↻${attempts}` : line;
}

function took({ startedAt, finishedAt }: ShownSpan, now: number): string {
  return startedAt === null ? "–" : formatMs((finishedAt ?? now) - startedAt);
}

function strokes({ phases, startedAt, finishedAt }: ShownSpan, now: number): Stroke[] {
  // A scope's own time is what lies in it; it is drawn as a thin line.
  if (phases.length === 0 && startedAt !== null) return [{ mark: "─", from: startedAt, to: finishedAt ?? now }];
  return phases.map(({ kind, from, to }) => ({ mark: marks[kind] ?? "█", from, to: to ?? now }));
}

function remark({ kind, error, skipped, tokens, review, child, model }: ShownSpan): string {
  const used = tokens === null ? "" : `${amount(tokens.input)} in, ${amount(tokens.output)} out`;
  const known = [model ?? "", used, review ?? "", child ?? "", error?.message ?? skipped ?? ""];
  const words = known.filter(Boolean).join("  ");
  if (words !== "") return words;
  return !["run", "map", "item", "scope"].includes(kind) ? kind : "";
}

function legend(spans: readonly ShownSpan[], { dim }: Colors): string {
  const used = new Set(spans.flatMap(({ phases }) => phases.map(({ kind }) => kind)));
  const words = Object.entries(marks).filter(([kind]) => used.has(kind));
  return words.length === 0 ? "" : dim(words.map(([kind, mark]) => `${mark} ${kind}`).join("   "));
}

interface ShownPart {
  readonly bytes: number;
  readonly truncated: boolean;
  readonly value?: unknown;
  readonly text?: string;
}

type ShownStep = Pick<ShownSpan, "key" | "kind" | "status" | "startedAt" | "finishedAt" | "model"> & {
  readonly attempts: number;
} & Readonly<Record<"input" | "output" | "error" | "messages" | "tools", ShownPart | null>>;

/** One step with its parts; what is cut says so. */
export function presentStep(step: ShownStep, look: TableLook): string {
  const { bold, dim } = look.color;
  const { key, kind, status, attempts, model } = step;
  const tries = attempts > 1 ? `, ${attempts} attempts` : "";
  const time =
    step.startedAt === null || step.finishedAt === null ? "" : ` in ${formatMs(step.finishedAt - step.startedAt)}`;
  const head = `${bold(key)}  ${kind} ${status}${time}${tries}${model === null ? "" : `  ${model}`}`;
  const parts = (["input", "messages", "tools", "output", "error"] as const).flatMap((name) => {
    const part = step[name];
    return part === null ? [] : [`${dim(`${name} (${formatBytes(part.bytes)})`)}\n${partText(part)}`];
  });
  return [head, ...parts].join("\n\n");
}

function partText({ value, text, truncated }: ShownPart): string {
  const shown = text ?? (typeof value === "string" ? value : (JSON.stringify(value, null, 2) ?? ""));
  return truncated ? `${shown}\n… cut; the whole: --part NAME --json` : shown;
}

interface ShownStats {
  readonly total: number;
  readonly byStatus: Readonly<Record<string, number>>;
  readonly buckets: readonly (Readonly<Record<string, number>> & { readonly at: number })[];
  readonly tokens: { readonly input: number; readonly output: number } | null;
}

const bars = " ▁▂▃▄▅▆▇█";

/** Runs by state, and how many were made when. */
export function presentStats({ total, byStatus, buckets, tokens }: ShownStats, { color }: TableLook): string {
  if (total === 0) return "No runs in this time.";
  const sums = buckets.map(({ at: _at, ...counts }) => Object.values(counts).reduce((sum, count) => sum + count, 0));
  const most = Math.max(1, ...sums);
  const line = sums.map((sum) => bars[Math.ceil((sum / most) * (bars.length - 1))] ?? " ").join("");
  const states = Object.entries(byStatus).filter(([, count]) => count > 0);
  const first = buckets[0]?.at ?? 0;
  return [
    `${amount(total)} ${total === 1 ? "run" : "runs"}: ${states.map(([status, count]) => `${amount(count)} ${status}`).join(", ")}`,
    ...(tokens === null ? [] : [`${amount(tokens.input)} tokens in, ${amount(tokens.output)} out`]),
    `${line}  ${color.dim(`since ${new Date(first).toISOString().replace("T", " ").slice(0, 16)} UTC, at most ${most}`)}`,
  ].join("\n");
}
