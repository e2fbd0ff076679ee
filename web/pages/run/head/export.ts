import type { Timeline } from "../../../score/timeline.ts";

/** The run in time as a file, the same JSON that `tutti run timeline --json` prints. */
export function exportRun(timeline: Timeline): void {
  download(`${timeline.run.id}.json`, JSON.stringify(timeline, null, 2), "application/json");
}

export function download(name: string, text: string, type: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The browser reads it when the click has been handled.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
