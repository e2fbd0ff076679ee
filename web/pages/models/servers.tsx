import type { JSX } from "preact";
import { Link } from "wouter-preact";
import { tutti } from "../../data/api.ts";
import { bytes, duration, plural } from "../../data/format.ts";
import { useQuery } from "../../data/query.ts";
import { Glyph } from "../../ui/glyph.tsx";
import { Shown } from "../../ui/state.tsx";

type Server = Awaited<ReturnType<typeof tutti.models.queue>>[number];

/** Each model server: what it has in memory, who is served and who waits. */
export function Servers(): JSX.Element {
  const servers = useQuery("models.queue", (signal) => tutti.models.queue({}, { signal }), { everyMs: 2_000 });
  return (
    <section>
      <h2>Servers</h2>
      <Shown answer={servers} lines={3}>
        {(list) => (
          <ul class="servers">
            {list.map((server) => (
              <Line key={server.name} server={server} />
            ))}
          </ul>
        )}
      </Shown>
    </section>
  );
}

function Line({ server }: { readonly server: Server }): JSX.Element {
  const { name, url, reachable, resident, calls, swaps, callsDone } = server;
  return (
    <li>
      <div>
        <span class="status">
          <Glyph status={reachable ? "ok" : "fail"} label={reachable ? "answers" : "does not answer"} />
          <b>{name}</b>
        </span>
        <div class="muted small">
          <code>{url}</code>
        </div>
        <div class="muted small">
          {plural(callsDone, "call")}, {plural(swaps, "swap")} since the start
        </div>
      </div>
      <div>
        {reachable ? null : <p class="is-fail">It does not answer; the doctor says more.</p>}
        {reachable && resident === null ? <p class="muted">It does not tell what it has in memory.</p> : null}
        {reachable && resident?.length === 0 ? <p class="muted">No model is in memory.</p> : null}
        {resident?.map((model) => (
          <p key={model.model} class="line">
            <b>{model.model}</b>
            <span class="muted">{bytes(model.bytes)}</span>
          </p>
        ))}
        <Calls calls={calls} />
      </div>
    </li>
  );
}

function Calls({ calls }: { readonly calls: Server["calls"] }): JSX.Element | null {
  if (calls.length === 0) return null;
  return (
    <ol class="calls" aria-label="Calls">
      {calls.map((call, index) => (
        <li key={index} class="line">
          <Glyph status={call.isRunning ? "running" : "queued"} label={call.isRunning ? "is served" : "waits"} />
          <span>{call.model}</span>
          {call.run === null ? null : (
            <Link href={`/runs/${call.run}`} class="link mono">
              {call.run}
            </Link>
          )}
          <span class="muted">{call.isRunning ? "is served" : `waits for ${duration(call.waitingMs)}`}</span>
        </li>
      ))}
    </ol>
  );
}
