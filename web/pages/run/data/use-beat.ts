import { useEffect, useState } from "preact/hooks";
import { isOpen, type Timeline } from "../../../score/timeline.ts";

// A short run moves visibly within a second; a long one does not, and each beat draws the page.
const shortMs = 40_000;
const quickBeatMs = 200;
const slowBeatMs = 1_000;

/** Now, while a run goes on and somebody looks; of one that has ended nothing moves. */
export function useBeat({ run }: Timeline): number {
  const [time, setTime] = useState(Date.now);
  const open = isOpen(run);
  const isShort = open && time - (run.startedAt ?? run.createdAt) < shortMs;
  useEffect(() => {
    if (!open) return undefined;
    setTime(Date.now());
    const timer = setInterval(
      () => document.visibilityState === "visible" && setTime(Date.now()),
      isShort ? quickBeatMs : slowBeatMs,
    );
    return () => clearInterval(timer);
  }, [open, isShort]);
  return open ? time : 0;
}
