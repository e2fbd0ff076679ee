import { Cron } from "croner";
import type { EpochMs } from "../../core/clock.ts";
import { toMs } from "../../core/duration.ts";
import { TuttiError } from "../../core/error.ts";

/** When something is due: by a cron pattern in a time zone, or at even distances from a beginning. */
export interface RuleDefinition {
  readonly cron: string | null;
  /** A duration; null with a cron pattern. */
  readonly every: string | null;
  readonly timeZone: string;
  /** Where the distances begin. */
  readonly anchorAt: EpochMs;
}

/** Has no memory: the same question gets the same answer in every process. */
export interface Rule {
  /** The first due time later than `at`; null where there is none any more. */
  after(at: EpochMs): EpochMs | null;
  /** The last `most` due times up to and with `at`, oldest first. */
  latest(at: EpochMs, most: number): EpochMs[];
}

// Each due time is a transaction and a run.
const shortestEveryMs = 1_000;
const longestEveryMs = 366 * 86_400_000;

/** `usage.invalid` for what cannot be a rule, or would never be due. */
export function createRule(definition: RuleDefinition): Rule {
  const { cron, every } = definition;
  if ((cron === null) === (every === null)) throw eitherOr();
  checkTimeZone(definition.timeZone);
  return every === null ? cronRule(cron ?? "", definition) : everyRule(every, definition.anchorAt);
}

/** The name of the zone that this process lives in. */
export function ownTimeZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

function everyRule(every: string, anchorAt: EpochMs): Rule {
  const stepMs = toMs(every);
  if (stepMs < shortestEveryMs || stepMs > longestEveryMs) {
    throw new TuttiError("usage.invalid", `"every" must be from 1s to 366d, not ${JSON.stringify(every)}`, {
      hint: 'For example "15m", "1h" or "1d". For a time of the day, use a cron pattern.',
    });
  }
  const stepBefore = (at: EpochMs): number => Math.floor((at - anchorAt) / stepMs);
  return {
    after: (at) => anchorAt + (stepBefore(at) + 1) * stepMs,
    latest: (at, most) =>
      Array.from({ length: most }, (_, index) => anchorAt + (stepBefore(at) - most + 1 + index) * stepMs),
  };
}

function cronRule(pattern: string, { timeZone }: RuleDefinition): Rule {
  const cron = parseCron(pattern, timeZone);
  const rule: Rule = {
    after: (at) => cron.nextRun(new Date(at))?.getTime() ?? null,
    // The library leaves out the moment that it is asked about, and counts in whole seconds.
    latest: (at, most) => {
      const end = new Date((Math.floor(at / 1_000) + 1) * 1_000);
      return cron
        .previousRuns(most, end)
        .map((date) => date.getTime())
        .toReversed();
    },
  };
  return rule;
}

function parseCron(pattern: string, timezone: string): Cron {
  const fields = pattern.trim().split(/\s+/);
  // Without this a date would be taken as a time that comes once.
  if (fields.length === 1 && !pattern.trim().startsWith("@")) throw notCron(pattern, "it has one field");
  try {
    // As most crons: a list of hours is a list of times of the day, and each comes once a day, whatever the clocks do.
    return new Cron(pattern, { timezone, mode: "5-or-6-parts", fixedTimeRule: "no-wildcard" });
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/^CronPattern: /, "") : String(error);
    throw notCron(pattern, why, error);
  }
}

function notCron(pattern: string, why: string, cause?: unknown): TuttiError {
  return new TuttiError("usage.invalid", `${JSON.stringify(pattern)} is not a cron pattern: ${why}`, {
    cause,
    hint: 'Five fields (minute, hour, day, month, weekday), or six with seconds first: "30 7 * * MON-FRI", "0 9 L * *".',
  });
}

function checkTimeZone(name: string): void {
  try {
    // An offset such as +02:00 is a zone for Intl; it knows no summer time, and few people mean that.
    if (/^[+-]/.test(name)) throw new RangeError("it is an offset");
    Intl.DateTimeFormat("en-GB", { timeZone: name });
  } catch (error) {
    throw new TuttiError("usage.invalid", `${JSON.stringify(name)} is not a time zone`, {
      cause: error,
      hint: 'Use a name such as "Europe/Berlin", "America/New_York" or "UTC".',
    });
  }
}

function eitherOr(): TuttiError {
  return new TuttiError("usage.invalid", "a schedule needs either a cron pattern or an interval", {
    hint: 'Give --cron "0 7 * * *" or --every 1h, and not both.',
  });
}
