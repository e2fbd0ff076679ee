import type { Clock } from "../../core/clock.ts";
import type { Log } from "../../core/log.ts";
import type { Batch, Stored } from "./batch.ts";
import { answer, type AnswerTo, type ArgumentsOf, type QuestionName } from "./question.ts";
import { openTelemetryFile } from "./telemetry-file.ts";

/** Who has telemetry.db open: this process itself, or a thread of it. */
export interface Keeper extends AsyncDisposable {
  /** Never rejects. */
  ingest(batch: Batch): Promise<Stored>;
  ask<Name extends QuestionName>(name: Name, ...given: ArgumentsOf<Name>): Promise<AnswerTo<Name>>;
}

export interface KeeperOptions {
  readonly path: string;
  readonly sample: number;
  readonly clock: Clock;
  readonly log: Log;
}

/** Does it at once, where it is asked: for what is in memory, and for a command that has only little to tell. */
export function openHere(options: KeeperOptions): Keeper {
  const { clock, sample } = options;
  const file = openTelemetryFile(options);
  return {
    ingest: async (batch) => file.ingest(batch),
    ask: async <Name extends QuestionName>(name: Name, ...given: ArgumentsOf<Name>) =>
      file.ask((tables) => answer({ tables, clock, sample }, name, given)) as AnswerTo<Name>,
    [Symbol.asyncDispose]: async () => file[Symbol.dispose](),
  };
}
