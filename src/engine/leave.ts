import type { Failure } from "../core/error.ts";
import type { Statement } from "../core/statement.ts";
import type { EffectOutcome } from "../core/verb.ts";
import type { HeldRun } from "./held-run.ts";
import type { WriteAnswer } from "./journal-writer.ts";
import { pauseRun } from "./run-end.ts";
import type { VerbCall } from "./scope.ts";

/** How a run leaves its worker before its end, once what is running has ended. */
export class Leave {
  how: "pause" | "hand back" | null = null;
  #reason: Failure | null = null;
  readonly #writes: Statement[] = [];

  /** The run pauses for a step that is not done. Nothing tells its next life that the step had begun: it begins anew. */
  putOff({ ports, run }: HeldRun, call: VerbCall, outcome: EffectOutcome): void {
    call.state = "held";
    if (call.hasOpening) this.#writes.push(ports.statements.closeOpening({ run: run.id, key: call.key }));
    this.#writes.push(...(outcome.writes ?? []));
    this.#reason ??= outcome.failure ?? null;
    this.how ??= "pause";
  }

  write(execution: HeldRun): Promise<WriteAnswer> {
    if (this.how === "pause") return pauseRun(execution, this.#reason, this.#writes);
    const { ports, writer } = execution;
    return writer.last([ports.statements.handBack(writer.holder), ...this.#writes]);
  }
}
