import type { JSX } from "preact";
import { now } from "../data/clock.ts";
import { ago, clockTime, duration, fullTime } from "../data/format.ts";
import { look } from "../data/setting.ts";

interface At {
  readonly at: number | null | undefined;
}

/** How long ago, with the whole instant on hover. */
export function Ago({ at }: At): JSX.Element {
  return <span {...titled(at)}>{ago(at, now.value)}</span>;
}

export function Clock({ at }: At): JSX.Element {
  return <span {...titled(at)}>{clockTime(at, now.value, look.value)}</span>;
}

/** Written when the pointer comes: a list has many of these, and hardly one is asked for. */
function titled(at: At["at"]): JSX.HTMLAttributes<HTMLSpanElement> {
  return { onPointerEnter: ({ currentTarget }) => (currentTarget.title = fullTime(at, look.value)) };
}

/** How long it took, or takes so far. */
export function Took({
  from,
  to,
}: {
  readonly from: number | null | undefined;
  readonly to: number | null | undefined;
}): JSX.Element {
  if (from === null || from === undefined) return <>{duration(null)}</>;
  return <>{duration((to ?? now.value) - from)}</>;
}
