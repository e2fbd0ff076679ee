import type { Clock } from "../core/clock.ts";
import { TuttiError } from "../core/error.ts";

interface CallDeadline extends Disposable {
  readonly signal: AbortSignal;
  /** What the call has thrown, or that its time was up. */
  explain(thrown: unknown): unknown;
}

/** Where time is counted a call takes no more of it than was reserved: `boundMs`, or null where it is not. */
export function startCallDeadline(clock: Clock, signal: AbortSignal, boundMs: number | null): CallDeadline {
  if (boundMs === null) return { signal, explain: asItIs, [Symbol.dispose]: () => undefined };
  const controller = new AbortController();
  const late = new TuttiError(
    "model.unreachable",
    `the call took longer than the ${boundMs / 1_000} s that its budget has reserved for it`,
    { hint: "Raise cost.longestCall in tutti.yaml.", data: { deadline: "longestCall", ms: boundMs } },
  );
  const withdraw = clock.after(boundMs, () => controller.abort(late));
  return {
    signal: AbortSignal.any([signal, controller.signal]),
    explain: (thrown) => (controller.signal.aborted && !signal.aborted ? late : thrown),
    [Symbol.dispose]: withdraw,
  };
}

const asItIs = (thrown: unknown): unknown => thrown;
