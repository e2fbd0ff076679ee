import type { EpochMs } from "../../core/clock.ts";
import { levels, type Level } from "./point-level.ts";
import type { Tables } from "./tables.ts";
import type { TelemetrySize } from "./telemetry-store.ts";

export function readSize({ sqlite }: Tables): TelemetrySize {
  const one = (sql: string): number | null => sqlite.first<{ value: number | null }>(sql)?.value ?? null;
  const [, minutes, hours] = levels;
  const oldestIn = ({ table, ms }: Level): EpochMs | null => {
    // Series by series: the rows of each stand in the order of time, all together they do not.
    const first = one(
      `select min((select min(at) from ${table} where ${table}.series = series.id)) as value from series`,
    );
    return first === null ? null : first * ms;
  };
  return {
    bytes: one("select page_count * page_size as value from pragma_page_count, pragma_page_size") ?? 0,
    spans: one("select sum(stored) as value from traces") ?? 0,
    traces: one("select count(*) as value from traces") ?? 0,
    logs: one("select count(*) as value from logs") ?? 0,
    points: levels.reduce((sum, { table }) => sum + (one(`select count(*) as value from ${table}`) ?? 0), 0),
    oldest: {
      spans: toMs(one("select min(ended_us) as value from traces")),
      logs: toMs(one("select min(at_us) as value from logs")),
      points: oldestIn(minutes),
      hours: oldestIn(hours),
    },
  };
}

function toMs(us: number | null): EpochMs | null {
  return us === null ? null : Math.floor(us / 1_000);
}
