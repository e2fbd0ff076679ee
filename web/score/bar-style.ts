/** How a stretch of time looks: the fill says the state, height and pattern say the kind of time. */
export interface BarStyle {
  readonly id: BarStyleId;
  readonly word: string;
  /** In the legend once something of it is on the screen, or always. */
  readonly isUsual?: boolean;
}

export type BarStyleId =
  | "work"
  | "running"
  | "prompt"
  | "load"
  | "queued"
  | "backoff"
  | "failed"
  | "stopped"
  | "cue"
  | "asked"
  | "rest"
  | "kept";

/** One table for the bars and for the legend; what each looks like is in run.css under `.bar.is-<id>`. */
export const barStyles: readonly BarStyle[] = [
  { id: "work", word: "working", isUsual: true },
  { id: "running", word: "running" },
  { id: "prompt", word: "reading the prompt" },
  { id: "load", word: "loading the model" },
  { id: "queued", word: "queued" },
  { id: "backoff", word: "back-off" },
  { id: "failed", word: "failed" },
  { id: "stopped", word: "cancelled" },
  { id: "cue", word: "waits for you" },
  { id: "asked", word: "waited for you" },
  { id: "rest", word: "waits" },
  { id: "kept", word: "kept from another run" },
];

export function legendOf(used: ReadonlySet<BarStyleId>): readonly BarStyle[] {
  return barStyles.filter(({ id, isUsual }) => isUsual === true || used.has(id));
}
