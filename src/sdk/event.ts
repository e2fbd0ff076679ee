/** An event of the log, in the field names of CloudEvents 1.0. */
export interface StoredEvent {
  readonly specversion: "1.0";
  readonly id: string;
  readonly source: string;
  readonly type: string;
  /** What it is about: a run's id, a review's id. */
  readonly subject: string;
  readonly time: string;
  /** Grows in the order of storing: the `after` of who goes on from here. */
  readonly sequence: number;
  readonly data: unknown;
  readonly live?: never;
}

/** Something that a run tells once: a token, a line of output. What was told while nobody was connected is gone. */
export interface LiveEvent {
  readonly live: { readonly key: string | null; readonly type: string; readonly data: unknown };
  readonly type?: never;
  readonly sequence?: never;
}

/** This reader was too slow and has missed events: read anew what they were about. It goes on behind `latest`. */
export interface Resync {
  readonly type: "resync";
  readonly latest: number | null;
  readonly sequence?: never;
  readonly live?: never;
}

export type TuttiEvent = StoredEvent | LiveEvent | Resync;
