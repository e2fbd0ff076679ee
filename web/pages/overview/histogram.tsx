import type { JSX } from "preact";
import { Link } from "wouter-preact";
import { clockTime, duration, plural } from "../../data/format.ts";
import { now } from "../../data/clock.ts";
import { look } from "../../data/setting.ts";
import { partsOf, scaleOf, type Bucket, type Part } from "./histogram-bar.ts";

const hourMs = 3_600_000;
const words: Readonly<Record<Part, string>> = {
  succeeded: "succeeded",
  failed: "failed",
  waiting: "waiting",
  running: "running",
  other: "cancelled or paused",
};

interface HistogramProps {
  readonly buckets: readonly Bucket[];
  readonly bucketMs?: number;
}

/** Runs by when they were made and by what became of them; a bar is a link to its runs. */
export function Histogram({ buckets, bucketMs = hourMs }: HistogramProps): JSX.Element {
  const totals = buckets.map((bucket) => partsOf(bucket).reduce((sum, { runs }) => sum + runs, 0));
  const { top, lines } = scaleOf(Math.max(0, ...totals));
  const shown = new Set(buckets.flatMap((bucket) => partsOf(bucket).map(({ part }) => part)));
  return (
    <figure class="histogram">
      <figcaption>
        <span>runs per {bucketMs === hourMs ? "hour" : duration(bucketMs)}</span>
        {(["succeeded", "failed", "waiting", "running", "other"] as const)
          .filter((part) => shown.has(part))
          .map((part) => (
            <span key={part}>
              <i class={`swatch part-${part}`} />
              {words[part]}
            </span>
          ))}
      </figcaption>
      <div class="bars">
        {lines.map((line) => (
          <div key={line} class="mark-line" style={{ bottom: `${(line / top) * 100}%` }}>
            <span>{line}</span>
          </div>
        ))}
        {buckets.map((bucket, index) => (
          <Bar key={bucket.at} bucket={bucket} bucketMs={bucketMs} top={top} total={totals[index] ?? 0} />
        ))}
      </div>
      <div class="hours" aria-hidden="true">
        {buckets.map(({ at }, index) => (
          <span key={at}>{bucketMs === hourMs ? everyThirdHour(at) : dayBegins(at, buckets[index - 1]?.at)}</span>
        ))}
      </div>
    </figure>
  );
}

interface BarProps {
  readonly bucket: Bucket;
  readonly bucketMs: number;
  readonly top: number;
  readonly total: number;
}

function Bar({ bucket, bucketMs, top, total }: BarProps): JSX.Element {
  const entries = partsOf(bucket);
  const from = clockTime(bucket.at, now.value, look.value);
  const told = entries.map(({ part, runs }) => `${runs} ${words[part]}`).join(", ");
  const name = total === 0 ? `no runs from ${from}` : `${plural(total, "run")} from ${from}: ${told}`;
  const query = `since:${new Date(bucket.at).toISOString()} until:${new Date(bucket.at + bucketMs).toISOString()}`;
  return (
    <Link
      class="bar"
      href={`/runs?${new URLSearchParams({ q: query }).toString()}`}
      title={name}
      aria-label={name}
      tabIndex={total === 0 ? -1 : 0}
    >
      {entries.map(({ part, runs }) => (
        <i key={part} class={`part-${part}`} style={{ height: `${(runs / top) * 100}%` }} />
      ))}
    </Link>
  );
}

function everyThirdHour(at: number): string {
  return hourOf(at) % 3 === 0 ? String(hourOf(at)).padStart(2, "0") : "";
}

/** The day of the month, where the bucket is the first of its day. */
function dayBegins(at: number, before: number | undefined): string {
  return before === undefined || dayOf(at) === dayOf(before) ? "" : String(dayOf(at));
}

function dayOf(at: number): number {
  return look.value.utc ? new Date(at).getUTCDate() : new Date(at).getDate();
}

function hourOf(at: number): number {
  return look.value.utc ? new Date(at).getUTCHours() : new Date(at).getHours();
}
