import type { EpochMs } from "../../core/clock.ts";
import type { Log } from "../../core/log.ts";
import type { Random } from "../../core/random.ts";
import { takeTurn, ruleOf, type FiringPorts } from "./firing.ts";
import type { ScheduleRow } from "./schedule-table.ts";

export interface SchedulerPorts extends FiringPorts {
  readonly log: Log;
  readonly random: Random;
  /** Other processes change schedules too. */
  readonly isShared: boolean;
}

/** Starts the runs of schedules that are due for as long as it is not disposed. */
export interface Scheduler extends AsyncDisposable {
  /** Something has changed: what is due next may be another. */
  poke(): void;
}

// A timer does not count the time that the machine was asleep, and the clock may be set.
const longestRestMs = 30_000;
// Others tell nothing of what they change.
const longestSharedRestMs = 1_000;
// After a turn that could not be taken: the database is away.
const retryMs = 5_000;
// The rest comes in the next look.
const mostAtOnce = 100;
// A clock that is set back by less goes through these hours a second time, and nothing is due twice. The same bound as cron's.
const clockSetBackMs = 3 * 3_600_000;

export function startScheduler(ports: SchedulerPorts): Scheduler {
  const { clock, log } = ports;
  const restMs = ports.isShared ? longestSharedRestMs : longestRestMs;
  let looking: Promise<void> | null = null;
  let isPoked = false;
  let isStopped = false;
  let withdraw = arm(0);

  function arm(delayMs: number): () => void {
    return clock.after(delayMs, look);
  }

  function look(): void {
    if (isStopped) return;
    isPoked = looking !== null;
    if (looking) return;
    withdraw();
    looking = once()
      .catch((error: unknown) => {
        log.warn("schedule.not_looked", { error });
        return retryMs;
      })
      .then((delayMs) => {
        looking = null;
        if (!isStopped) withdraw = arm(isPoked ? 0 : delayMs);
      });
  }

  /** Takes the turns that are due; how long until the next look. */
  async function once(): Promise<number> {
    const { scheduleStore } = ports;
    const now = clock.now();
    for (const row of await scheduleStore.aheadOf(now + clockSetBackMs)) await reckonAnew(ports, row);
    const rows = await scheduleStore.due(now, mostAtOnce);
    // Each process begins at another one, so that they do not all wait for the same rows.
    const first = ports.isShared ? Math.floor(ports.random() * rows.length) : 0;
    const taken = await Promise.all([...rows.slice(first), ...rows.slice(0, first)].map((row) => attempt(row)));
    if (taken.includes(false)) return retryMs;
    const next = await scheduleStore.nextAt();
    return next === null ? restMs : Math.min(restMs, Math.max(0, next - clock.now()));
  }

  async function attempt(row: ScheduleRow): Promise<boolean> {
    if (isStopped) return true;
    try {
      await takeTurn(ports, row);
      return true;
    } catch (error) {
      log.warn("schedule.not_fired", { schedule: row.name, error });
      return false;
    }
  }

  return {
    poke: look,
    async [Symbol.asyncDispose]() {
      isStopped = true;
      withdraw();
      await looking;
    },
  };
}

/** What was due in a time that has not come yet would else keep the schedule silent until then. */
async function reckonAnew(ports: SchedulerPorts, row: ScheduleRow): Promise<void> {
  const { clock, database, schedules, events, log } = ports;
  const now: EpochMs = clock.now();
  const rule = ruleOf(row);
  const next = "code" in rule ? null : rule.after(now);
  const data = { schedule: row.name, nextAt: next, wasAt: row.next_at };
  await database.write([
    schedules.change(row, { next_at: next, reckoned_at: now }),
    events.append({ type: "tutti.schedule.reckoned_anew", subject: `schedule:${row.name}`, at: now, data }),
  ]);
  log.warn("schedule.clock_set_back", data);
}
