import type { Random } from "../../core/random.ts";
import type { AnyOperation } from "../../core/operation.ts";
import type { Log } from "../../core/log.ts";
import type { Database } from "../../storage/database.ts";
import type { RunControl } from "../engine.ts";
import type { FlowLoader } from "../flow-loader.ts";
import type { RunControlPorts } from "../new-run.ts";
import { createScheduleOperations } from "./operations.ts";
import { createScheduleStatements, createScheduleStore } from "./schedule-store.ts";
import { startScheduler, type Scheduler } from "./scheduler.ts";

export interface SchedulesPorts extends Pick<RunControlPorts, "events" | "clock" | "payloads" | "folder"> {
  readonly database: Database;
  readonly flows: FlowLoader;
  readonly control: Pick<RunControl, "startWith">;
  readonly random: Random;
  readonly log: Log;
  readonly isShared: boolean;
}

/** Schedules as the engine sees them. */
export interface Schedules {
  readonly operations: readonly AnyOperation[];
  /** Starts what is due until it is disposed. */
  start(): AsyncDisposable;
}

export function createSchedules(given: SchedulesPorts): Schedules {
  const { database } = given;
  const ports = {
    ...given,
    scheduleStore: createScheduleStore(database),
    schedules: createScheduleStatements(database),
  };
  let scheduler: Scheduler | undefined;
  return {
    operations: createScheduleOperations({ ...ports, changed: () => scheduler?.poke() }),
    start() {
      scheduler = startScheduler(ports);
      return scheduler;
    },
  };
}
