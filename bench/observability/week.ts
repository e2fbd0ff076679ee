import { statSync } from "node:fs";
import { join } from "node:path";
import { openHere } from "../../src/observability/store/keeper.ts";
import { silentLog } from "../../src/core/log.ts";
import { DataFolder } from "../data-folder.ts";
import { tableOf } from "../models/section.ts";
import type { ObservabilityBench, Report } from "./section.ts";
import { chance, makeLog, makePoints, makeTrace } from "./telemetry.ts";

const hour = 3_600_000;
const day = 24 * hour;
// As set where nothing else is said, but that a week shows it: two days in place of fourteen.
const keepMs = 2 * day;
const keepHoursMs = 4 * day;

/** Seven days of traces, logs and figures on a clock of their own, with the upkeep of every hour. */
export async function measureWeek({ isQuick, say }: ObservabilityBench): Promise<Report> {
  using data = new DataFolder();
  const path = join(data.make(), "telemetry.db");
  const start = Date.UTC(2026, 10, 2);
  let now = start;
  const clock = { now: () => now, after: () => () => undefined };
  await using keeper = openHere({ path, clock, log: silentLog, sample: 0.2 });
  const random = chance(6);
  const tracesInHour = isQuick ? 20 : 400;
  const pointsEveryMs = isQuick ? 600_000 : 60_000;
  const sizes: number[] = [];
  for (let number = 0; now < start + 7 * day;) {
    const until = now + hour;
    for (let trace = 0; trace < tracesInHour; trace += 20) {
      const startUs = now * 1_000 + (trace * hour * 1_000) / tracesInHour;
      const made = Array.from({ length: 20 }, () => number++);
      const spans = made.flatMap((one) => makeTrace({ number: one, startUs, random }));
      const logs = made.map((one) => makeLog({ number: one, startUs, random }));
      await keeper.ingest({ spans, logs, points: [] });
    }
    for (; now < until; now += pointsEveryMs) {
      await keeper.ingest({ spans: [], logs: [], points: makePoints(now * 1_000, random) });
    }
    for (const kind of ["spans", "logs", "points"] as const)
      await untilDone(() => keeper.ask("pruneSlice", kind, now - keepMs));
    await untilDone(() => keeper.ask("pruneSlice", "hours", now - keepHoursMs));
    await untilDone(() => keeper.ask("thinSlice"));
    await untilDone(() => keeper.ask("giveBack"));
    if ((now - start) % day !== 0) continue;
    sizes.push(statSync(path).size / 1_000_000);
    say(`day ${sizes.length}: ${sizes.at(-1)?.toFixed(1)} MB`);
  }
  const [third = 0, last = 0] = [sizes[2], sizes.at(-1)];
  return {
    title: "A week of load, two days of it kept",
    text: tableOf([
      ["", ...sizes.map((_, index) => `day ${index + 1}`)],
      ["MB of telemetry.db", ...sizes.map((size) => size.toFixed(1))],
    ]),
    // What comes after the first days replaces what goes: the figures by the day alone stay for good.
    isBad: last > third * 1.25,
  };
}

async function untilDone(slice: () => Promise<{ readonly isDone: boolean }>): Promise<void> {
  while (!(await slice()).isDone);
}
