import { formatMs } from "../core/duration.ts";
import { formatBytes } from "../core/byte-size.ts";
import type { Output } from "./output.ts";

/** Shows what an operation that takes a while is at: one live line on a terminal, else a line for each change and a sign of life. */
export interface Activity {
  /** What is no progress of this kind is left alone. */
  take(progress: unknown): void;
  stop(): void;
}

const heartbeatMs = 30_000;
const redrawMs = 100;
const barWidth = 24;

type Progress =
  | { readonly type: "stage"; readonly text: string; readonly done?: number; readonly of?: number }
  | {
      readonly type: "transfer";
      readonly text: string;
      readonly doneBytes: number;
      readonly totalBytes: number;
      readonly bytesPerSecond: number | null;
      readonly etaMs: number | null;
    };

export function createActivity(output: Output): Activity {
  let now: Progress | null = null;
  let since = performance.now();
  const draw = (): void => {
    if (now !== null) output.live([liveLine(now, { output, elapsedMs: performance.now() - since })]);
  };
  const beat = (): void => {
    if (now !== null) output.say(plainLine(now));
  };
  const timer = setInterval(output.isLive ? draw : beat, output.isLive ? redrawMs : heartbeatMs);
  timer.unref();
  return {
    take(progress) {
      if (!isProgress(progress)) return;
      const isNew = now === null || now.type !== progress.type || now.text !== progress.text;
      if (isNew) since = performance.now();
      now = progress;
      if (output.isLive) draw();
      else if (isNew || isEnd(progress)) output.say(plainLine(progress));
    },
    stop() {
      clearInterval(timer);
      now = null;
      output.live([]);
    },
  };
}

function isProgress(value: unknown): value is Progress {
  return (
    typeof value === "object" &&
    value !== null &&
    "type" in value &&
    (value.type === "stage" || value.type === "transfer")
  );
}

function isEnd(progress: Progress): boolean {
  return progress.type === "transfer" && progress.doneBytes >= progress.totalBytes;
}

function liveLine(progress: Progress, { output, elapsedMs }: { output: Output; elapsedMs: number }): string {
  const { blue, dim } = output.color;
  if (progress.type === "transfer") return `${blue(bar(progress))} ${amounts(progress)}  ${dim(progress.text)}`;
  return `${blue("◐")} ${counted(progress)}${progress.text} ${dim(formatMs(elapsedMs))}`;
}

function plainLine(progress: Progress): string {
  if (progress.type === "transfer") return `${progress.text}  ${amounts(progress)}`;
  return `${counted(progress)}${progress.text}`;
}

function counted({ done, of }: { readonly done?: number; readonly of?: number }): string {
  return done === undefined || of === undefined ? "" : `${done + 1}/${of} `;
}

function bar({ doneBytes, totalBytes }: Extract<Progress, { type: "transfer" }>): string {
  const filled = totalBytes > 0 ? Math.min(barWidth, Math.floor((doneBytes / totalBytes) * barWidth)) : barWidth;
  return `${"█".repeat(filled)}${"░".repeat(barWidth - filled)}`;
}

function amounts(progress: Extract<Progress, { type: "transfer" }>): string {
  const { doneBytes, totalBytes, bytesPerSecond, etaMs } = progress;
  const percent = totalBytes > 0 ? Math.floor((doneBytes / totalBytes) * 100) : 100;
  const speed = bytesPerSecond === null || isEnd(progress) ? "" : `, ${formatBytes(bytesPerSecond)}/s`;
  const left = etaMs === null || isEnd(progress) ? "" : `, ${formatMs(etaMs)} left`;
  return `${percent} %, ${formatBytes(doneBytes)} of ${formatBytes(totalBytes)}${speed}${left}`;
}
