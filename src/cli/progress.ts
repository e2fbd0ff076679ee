import { formatMs } from "../core/duration.ts";
import type { StepRecord } from "../core/step.ts";
import type { Output } from "./output.ts";

/** Shows the steps of a run as they happen: a live line for each open one on a terminal, a line for each end anywhere. */
export interface Progress {
  step(step: StepRecord): void;
  wait(waits: readonly { readonly key: string; readonly kind: string; readonly name: string }[]): void;
  stop(): void;
}

const heartbeatMs = 30_000;
const redrawMs = 100;
// More would scroll, and what has scrolled away cannot be redrawn.
const mostLiveLines = 8;
const glyphs: Readonly<Record<string, string>> = { succeeded: "✓", failed: "✕", skipped: "⤳", cancelled: "–" };

interface OpenStep {
  readonly key: string;
  readonly since: number;
}

export function createProgress(output: Output): Progress {
  const open = new Map<string, OpenStep>();
  // After a change of the host the stored steps come again.
  const told = new Set<string>();
  const reasons = new Set<string>();
  const timer = setInterval(
    () => (output.isLive ? output.live(liveLines(open, output)) : heartbeat(open, output)),
    output.isLive ? redrawMs : heartbeatMs,
  );
  timer.unref();
  const sayOnce = (key: string, text: string): void => {
    if (!told.has(key)) output.say(text);
    told.add(key);
  };
  return {
    step(step) {
      if (glyphs[step.status] === undefined) {
        if (!open.has(step.key)) open.set(step.key, { key: step.key, since: performance.now() });
        output.live(liveLines(open, output));
        return;
      }
      open.delete(step.key);
      sayOnce(`${step.key} ${step.status}`, endLine(step, { color: output.color, why: whyOnce(step, reasons) }));
    },
    wait(waits) {
      open.clear();
      for (const { key, kind, name } of waits) {
        sayOnce(`${key} waits`, `${output.color.yellow("◆")} ${name} waits  ${output.color.dim(kind)}`);
      }
    },
    stop() {
      clearInterval(timer);
      open.clear();
      output.live([]);
    },
  };
}

/** Why a step failed or was skipped; what skipped one before is not told in full again. */
function whyOnce({ error, skipped }: StepRecord, told: Set<string>): string | undefined {
  if (error || !skipped) return error?.message;
  const isNew = !told.has(skipped.reason);
  told.add(skipped.reason);
  return isNew ? skipped.reason : "for the same reason";
}

function endLine(step: StepRecord, { color, why }: { color: Output["color"]; why: string | undefined }): string {
  const { green, red, yellow, dim } = color;
  const paints: Readonly<Record<string, (text: string) => string>> = { succeeded: green, failed: red, skipped: yellow };
  const { startedAt, finishedAt } = step;
  const took = startedAt !== null && finishedAt !== null ? ` ${dim(formatMs(finishedAt - startedAt))}` : "";
  return `${(paints[step.status] ?? dim)(glyphs[step.status] ?? "")} ${step.key}${took}${why ? `  ${why}` : ""}`;
}

function liveLines(open: ReadonlyMap<string, OpenStep>, { color }: Output): string[] {
  const lines = [...open.values()].map(
    ({ key, since }) => `${color.blue("◐")} ${key} ${color.dim(formatMs(performance.now() - since))}`,
  );
  if (lines.length <= mostLiveLines) return lines;
  return [...lines.slice(0, mostLiveLines - 1), `  and ${lines.length - mostLiveLines + 1} more`];
}

function heartbeat(open: ReadonlyMap<string, OpenStep>, output: Output): void {
  for (const line of liveLines(open, output)) output.say(line);
}
