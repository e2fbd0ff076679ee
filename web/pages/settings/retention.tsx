import type { JSX } from "preact";
import { tutti } from "../../data/api.ts";
import { bytes, duration } from "../../data/format.ts";
import { useQuery } from "../../data/query.ts";
import { Shown } from "../../ui/state.tsx";
import { Ago } from "../../ui/time.tsx";

/** What the data takes of what it may, and how long what is kept. */
export function Retention(): JSX.Element {
  const storage = useQuery("storage", (signal) => tutti.storage.show({}, { signal }));
  return (
    <section class="stack">
      <h2>What is kept</h2>
      <Shown answer={storage} lines={6}>
        {({ usedBytes, capBytes, parts, kinds }) => (
          <>
            <label class="stack">
              <span>
                {bytes(usedBytes)} of {bytes(capBytes)}{" "}
                <span class="muted">({parts.map(({ name, bytes: size }) => `${name} ${bytes(size)}`).join(", ")})</span>
              </span>
              <meter class="room" max={capBytes} value={usedBytes} high={capBytes} />
            </label>
            <p class="muted small">
              Above that the oldest goes first, from the top of this list downward. Open work stays.
            </p>
            <ul class="setting-list">
              {kinds.map((kind) => (
                <li key={kind.name}>
                  <span title={kind.summary}>{kind.name}</span>
                  <span class="muted">
                    {kind.oldestAt === null ? (
                      "nothing yet"
                    ) : (
                      <>
                        oldest <Ago at={kind.oldestAt} /> ago{kind.bytes === null ? "" : `, about ${bytes(kind.bytes)}`}
                      </>
                    )}
                  </span>
                  <span class="small">for {duration(kind.keepMs)}</span>
                </li>
              ))}
            </ul>
          </>
        )}
      </Shown>
    </section>
  );
}
