import { formatMs } from "../core/duration.ts";
import type { StepRecord } from "../core/step.ts";
import type { Output } from "./output.ts";

/** Shows the steps of a run as they happen: one live line for what is open on a terminal, a line for each end anywhere. */
export interface Progress {
  step(step: StepRecord): void;
  wait(waits: readonly { kind: string; name: string }[]): void;
  stop(): void;
}

const heartbeatMs = 30_000;
const redrawMs = 100;
const glyphs: Readonly<Record<string, string>> = { succeeded: "✓", failed: "✕", skipped: "⤳", cancelled: "–" };

export function createProgress(output: Output): Progress {
  const open = new Map<string, { name: string; since: number }>();
  const { green, red, yellow, dim } = output.color;
  const paint: Readonly<Record<string, (text: string) => string>> = {
    succeeded: green,
    failed: red,
    skipped: yellow,
    cancelled: dim,
  };
  const describe = (): string => {
    const names = [...open.values()].map(({ name, since }) => `${name} ${dim(formatMs(performance.now() - since))}`);
    return names.length > 0
      ? `◐ ${names.slice(0, 4).join("   ")}${names.length > 4 ? `   and ${names.length - 4} more` : ""}`
      : "";
  };
  const timer = setInterval(
    () => {
      if (open.size === 0) return;
      if (output.isLive) output.status(describe());
      else output.say(describe());
    },
    output.isLive ? redrawMs : heartbeatMs,
  );
  timer.unref();
  return {
    step(step) {
      const glyph = glyphs[step.status];
      if (glyph === undefined) {
        open.set(step.key, { name: step.key, since: performance.now() });
        if (output.isLive) output.status(describe());
        return;
      }
      open.delete(step.key);
      const took =
        step.startedAt !== null && step.finishedAt !== null ? formatMs(step.finishedAt - step.startedAt) : "";
      const why = step.error?.message ?? step.skipped?.reason ?? "";
      output.say(`${(paint[step.status] ?? dim)(glyph)} ${step.key} ${dim(took)}${why ? `  ${why}` : ""}`);
    },
    wait(waits) {
      open.clear();
      const names = waits.map(({ kind, name }) => `${name} (${kind})`).join(", ");
      output.say(`${yellow("◆")} waiting: ${names}`);
    },
    stop() {
      clearInterval(timer);
      open.clear();
      output.status("");
    },
  };
}
