import type { JSX } from "preact";
import { tutti } from "../../data/api.ts";
import { unknown } from "../../data/format.ts";
import { useQuery } from "../../data/query.ts";
import { Glyph } from "../../ui/glyph.tsx";
import { Shown } from "../../ui/state.tsx";

/** Which model `auto` would take, and what speaks against the others. */
export function Advice(): JSX.Element {
  const advice = useQuery("advice", (signal) => tutti.models.advise({}, { signal }));
  return (
    <section>
      <h2>
        What <code>auto</code> would take <span class="aside">best first</span>
      </h2>
      <Shown answer={advice} lines={3}>
        {(list) =>
          list.length === 0 ? (
            <p class="muted">There is no chat model to choose from.</p>
          ) : (
            <ol class="advice">
              {list.map(({ model, isAble, isWithinBudgets, why, msPerToken }) => (
                <li key={model} class="line">
                  <Glyph
                    status={isAble && isWithinBudgets ? "ok" : "skipped"}
                    label={isAble && isWithinBudgets ? "able" : "left out"}
                  />
                  <b>{model}</b>
                  <span class="muted mono">
                    {msPerToken === null ? unknown : `${Math.round(msPerToken)} ms a token`}
                  </span>
                  <span class="muted cut">{why}</span>
                </li>
              ))}
            </ol>
          )
        }
      </Shown>
    </section>
  );
}
