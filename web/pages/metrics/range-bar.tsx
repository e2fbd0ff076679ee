import type { JSX } from "preact";
import { now } from "../../data/clock.ts";
import { clockTime } from "../../data/format.ts";
import { look } from "../../data/setting.ts";
import { Icon } from "../../ui/icon.tsx";
import { spans } from "./time-range.ts";
import type { MetricsPlace } from "./use-page.ts";

/** How far back the charts look, and the part of it that somebody has chosen in one. */
export function RangeBar({ place }: { readonly place: MetricsPlace }): JSX.Element {
  const { span, part } = place.range;
  return (
    <>
      {part === null ? null : (
        <span class="chip outline is-live">
          {clockTime(part.from, now.value, look.value)} to {clockTime(part.to, now.value, look.value)}
          <button type="button" aria-label="Back to all of the time" onClick={place.wholeSpan}>
            <Icon name="close" />
          </button>
        </span>
      )}
      <div class="tabs metric-spans" role="group" aria-label="Time">
        {spans.map((known) => (
          <button
            type="button"
            key={known}
            aria-current={part === null && known === span}
            onClick={() => place.span(known)}
          >
            {known}
          </button>
        ))}
      </div>
    </>
  );
}
