import type { Statement } from "../core/statement.ts";

export type WaitOutcome =
  | { readonly status: "succeeded"; readonly result: unknown }
  | {
      readonly status: "failed";
      readonly code: "review.rejected";
      readonly message: string;
      readonly data?: unknown;
    };

/** What reviews need of the engine: to settle the wait that asked. False if it is no longer open. */
export interface WaitSettler {
  settle(settle: {
    readonly run: string;
    readonly key: string;
    readonly outcome: WaitOutcome;
    readonly writes: readonly Statement[];
  }): Promise<boolean>;
}
