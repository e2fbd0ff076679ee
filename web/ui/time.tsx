import type { JSX } from "preact";
import { now } from "../data/clock.ts";
import { ago, clockTime, duration, fullTime } from "../data/format.ts";
import { look } from "../data/setting.ts";

/** How long ago, with the whole instant on hover. */
export function Ago({ at }: { readonly at: number | null | undefined }): JSX.Element {
  return <span title={fullTime(at, look.value)}>{ago(at, now.value)}</span>;
}

export function Clock({ at }: { readonly at: number | null | undefined }): JSX.Element {
  return <span title={fullTime(at, look.value)}>{clockTime(at, now.value, look.value)}</span>;
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
