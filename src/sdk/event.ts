import type { EventEntry, EventTailProgress } from "./api.ts";

/** An event of the log, in the field names of CloudEvents 1.0. Its `sequence` is the `after` of who goes on from here. */
export type StoredEvent = EventEntry & { readonly live?: never };

/** Something that a run tells once: a token, a line of output. What was told while nobody was connected is gone. */
export type LiveEvent = Extract<EventTailProgress, { live: unknown }> & {
  readonly type?: never;
  readonly sequence?: never;
};

/** This reader was too slow and has missed events: read anew what they were about. It goes on behind `latest`. */
export interface Resync {
  readonly type: "resync";
  readonly latest: number | null;
  readonly sequence?: never;
  readonly live?: never;
}

export type TuttiEvent = StoredEvent | LiveEvent | Resync;
