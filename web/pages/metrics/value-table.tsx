import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { unknown } from "../../data/format.ts";
import { Clock } from "../../ui/time.tsx";
import type { Charted } from "./use-chart.ts";

/** The same as the chart, in numbers, newest first; made when somebody opens it. */
export function ValueTable({ data: { times, lines }, format }: Charted): JSX.Element {
  const [isOpen, setOpen] = useState(false);
  return (
    <details class="metric-values" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary class="small muted">Values as a table</summary>
      {isOpen ? (
        <div class="metric-scroll" tabIndex={0} role="region" aria-label="Values">
          <table class="table">
            <thead>
              <tr>
                <th>time</th>
                {lines.map(({ name }) => (
                  <th class="num" key={name} title={name}>
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {times
                .map((at, index) => (
                  <tr key={at}>
                    <td class="id">
                      <Clock at={at} />
                    </td>
                    {lines.map(({ name, values }) => {
                      const value = values[index] ?? null;
                      return (
                        <td class="num" key={name}>
                          {value === null ? unknown : format(value)}
                        </td>
                      );
                    })}
                  </tr>
                ))
                .toReversed()}
            </tbody>
          </table>
        </div>
      ) : null}
    </details>
  );
}
