import type { JSX } from "preact";

/** What a state looks like: a colour, a drawn glyph, and a word that always stands with it. */
export type Tone = "live" | "done" | "fail" | "cue" | "warn" | "idle";
type Shape = "half" | "tick" | "cross" | "diamond" | "triangle" | "circle" | "dash" | "turn" | "pause" | "skip";

const shapes: Readonly<Record<Shape, JSX.Element>> = {
  half: (
    <>
      <circle cx="6" cy="6" r="4.3" />
      <path class="solid" d="M6 1.7a4.3 4.3 0 0 0 0 8.6z" />
    </>
  ),
  tick: <path d="M2 6.5 4.8 9.2 10 3" />,
  cross: <path d="m2.6 2.6 6.8 6.800m0-6.8-6.8 6.8" />,
  diamond: <path class="solid" d="M6 .8 11.2 6 6 11.2.8 6z" />,
  triangle: <path class="solid" d="M6 1.3 11.5 10.700H.5z" />,
  circle: <circle cx="6" cy="6" r="4.3" />,
  dash: <path d="M2 6h8" />,
  turn: <path d="M10 6a4 4 0 1 1-1.4-3M8.8.8v2.400H6.4" />,
  pause: <path d="M4 2v8m4-8v8" />,
  skip: <path d="M1.5 8.500C3 3.5 7 3 10 5.500M10.2 2.300v3.400H6.8" />,
};

/** Run states, step states, and the words of reviews and checks, in one place for every page. */
const looks: Readonly<Record<string, { readonly tone: Tone; readonly shape: Shape }>> = {
  queued: { tone: "idle", shape: "circle" },
  pending: { tone: "idle", shape: "circle" },
  running: { tone: "live", shape: "half" },
  waiting: { tone: "idle", shape: "pause" },
  "waiting for you": { tone: "cue", shape: "diamond" },
  open: { tone: "cue", shape: "diamond" },
  paused: { tone: "idle", shape: "pause" },
  succeeded: { tone: "done", shape: "tick" },
  approved: { tone: "done", shape: "tick" },
  answered: { tone: "done", shape: "tick" },
  ok: { tone: "done", shape: "tick" },
  failed: { tone: "fail", shape: "cross" },
  error: { tone: "fail", shape: "cross" },
  unfinished: { tone: "idle", shape: "dash" },
  fail: { tone: "fail", shape: "cross" },
  rejected: { tone: "fail", shape: "cross" },
  warn: { tone: "warn", shape: "triangle" },
  retried: { tone: "warn", shape: "turn" },
  cancelled: { tone: "idle", shape: "dash" },
  withdrawn: { tone: "idle", shape: "dash" },
  off: { tone: "idle", shape: "dash" },
  skipped: { tone: "idle", shape: "skip" },
};

export function lookOf(status: string): { readonly tone: Tone; readonly shape: Shape } {
  return looks[status] ?? { tone: "idle", shape: "circle" };
}

export function Glyph({ status, label }: { readonly status: string; readonly label?: string }): JSX.Element {
  const { tone, shape } = lookOf(status);
  const spoken =
    label === undefined ? ({ "aria-hidden": true } as const) : ({ role: "img", "aria-label": label } as const);
  return (
    <svg class={`glyph is-${tone}`} viewBox="0 0 12 12" {...spoken}>
      {shapes[shape]}
    </svg>
  );
}

/** Glyph and word: `✓ succeeded`. A run that waits for a person is told apart by `waitsFor`. */
export function Status({
  status,
  waitsFor,
}: {
  readonly status: string;
  readonly waitsFor?: string | null;
}): JSX.Element {
  const isCue = status === "waiting" && waitsFor === "review";
  const shown = isCue ? "waiting for you" : status;
  const { tone } = lookOf(shown);
  const word = tone === "fail" || tone === "cue" || tone === "live" ? `is-${tone}` : "";
  return (
    <span class="status">
      <Glyph status={shown} />
      <span class={word}>{status}</span>
    </span>
  );
}
