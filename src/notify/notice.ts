/** What people are told, whoever tells it. */
export interface Notice {
  /** `alert.firing`, `review.opened`: for programs that are told. */
  readonly type: string;
  readonly title: string;
  readonly body: string;
  readonly severity: "info" | "warning" | "critical";
  /** A page of the web UI. */
  readonly path: string;
  /** For programs: what a webhook and a command are handed beside the words. */
  readonly data: Readonly<Record<string, unknown>>;
}

export interface Delivery {
  readonly channel: string;
  /** Null where it was told. */
  readonly error: string | null;
}

/** A way to tell people something. */
export interface Channel {
  readonly name: string;
  readonly kind: "log" | "desktop" | "webhook" | "email" | "command";
  /** Where it leads, for people; without what is secret. */
  readonly target: string;
  /** Throws `notify.failed`, or what the way itself throws. `id` is the same for each try of one notice. */
  tell(notice: Notice, call: { readonly id: string; readonly signal: AbortSignal }): Promise<void>;
  /** Proves that it would work, without telling anybody anything; throws where it would not. */
  readonly prove?: (signal: AbortSignal) => Promise<void>;
}
