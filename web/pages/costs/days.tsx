import type { JSX } from "preact";
import { tutti } from "../../data/api.ts";
import { count } from "../../data/format.ts";
import { useQuery } from "../../data/query.ts";

const shownDays = 14;

/** Tokens a day, as bars. */
export function Days({ timeZone }: { readonly timeZone: string }): JSX.Element | null {
  const { data } = useQuery(`cost days`, (signal) =>
    tutti.cost.show({ by: "day", since: `${shownDays}d` }, { signal }),
  );
  const days = (data?.rows ?? []).flatMap(({ key, inputTokens, outputTokens }) =>
    key === null ? [] : [{ day: key, read: inputTokens ?? 0, written: outputTokens ?? 0 }],
  );
  if (days.length === 0) return null;
  const sorted = days.toSorted((a, b) => (a.day < b.day ? -1 : 1));
  const most = Math.max(1, ...sorted.map(({ read, written }) => read + written));
  return (
    <figure class="days">
      <figcaption>
        <h2>
          Tokens a day <span class="aside">{timeZone}</span>
        </h2>
      </figcaption>
      <div class="day-bars">
        {sorted.map(({ day, read, written }) => (
          <div key={day} class="day" title={`${day}: ${count(read)} read, ${count(written)} written`}>
            <span class="mono faint">{count(read + written)}</span>
            <i class="day-written" style={{ height: `${(written / most) * 120}px` }} />
            <i class="day-read" style={{ height: `${(read / most) * 120}px` }} />
            <span class="mono faint">{day.slice(-2)}</span>
          </div>
        ))}
      </div>
      <p class="small muted">
        <i class="swatch day-read" /> read <i class="swatch day-written" /> written
      </p>
    </figure>
  );
}
