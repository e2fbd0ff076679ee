/** What the row of a cancel holds. */
export interface CancelRecord {
  readonly reason: string | null;
  readonly kind: "cancel" | "deadline";
  /** Keys of the steps that were running: their outcomes are still to come, as rows of their own. */
  readonly inFlight: readonly string[];
  /** The waits that it ended; they get no rows. */
  readonly waits?: readonly {
    readonly key: string;
    readonly kind: string;
    readonly name: string;
    readonly openedAt: number | null;
  }[];
}
