import type { JSX } from "preact";
import { now } from "../../data/clock.ts";
import { clockTime, duration } from "../../data/format.ts";
import { look } from "../../data/setting.ts";
import { states, type Rule } from "./alert-words.ts";

const dayMs = 24 * 3_600_000;

/** How a rule stood in the last 24 hours: a hairline where it was normal, a bar where it was not. */
export function StateLine({ rule }: { readonly rule: Pick<Rule, "name" | "timeline"> }): JSX.Element {
  const { timeline } = rule;
  const to = now.value;
  const place = (at: number): number => Math.max(0, Math.min(100, ((at - (to - dayMs)) / dayMs) * 100));
  return (
    <span class="state-line" role="img" aria-label={`the last 24 hours: ${inWords(rule)}`}>
      {timeline.map(({ from, to: end, state }) => (
        <i
          key={`${from}${state}`}
          class={`state-${state}`}
          style={{ left: `${place(from)}%`, width: `max(2px, ${place(end) - place(from)}%)` }}
          title={`${states[state].word} from ${clockTime(from, to, look.value)}, for ${duration(end - from)}`}
        />
      ))}
    </span>
  );
}

function inWords({ timeline }: Pick<Rule, "timeline">): string {
  const firing = timeline.filter(({ state }) => state === "firing");
  if (firing.length === 0) return timeline.length === 0 ? "normal" : "did not fire";
  const ms = firing.reduce((sum, { from, to }) => sum + to - from, 0);
  return `fired ${firing.length === 1 ? "once" : `${firing.length} times`}, for ${duration(ms)}`;
}
