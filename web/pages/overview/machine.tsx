import type { ComponentChildren, JSX } from "preact";
import { Link } from "wouter-preact";
import { tutti } from "../../data/api.ts";
import { now } from "../../data/clock.ts";
import { bytes, duration } from "../../data/format.ts";
import { useCall, useQuery } from "../../data/query.ts";
import { keptBytes, roomProblem } from "../../data/storage.ts";
import { host as hostCall } from "../../first.ts";
import { Glyph } from "../../ui/glyph.tsx";
import { RoomBanner } from "../../ui/room-banner.tsx";
import { Failure, Wait } from "../../ui/state.tsx";

/** How the machine is: the host, each model server with what it has in memory, the disk. */
export function Machine(): JSX.Element {
  const host = useCall(hostCall, { everyMs: 30_000 });
  const servers = useQuery("models.queue", (signal) => tutti.models.queue({}, { signal }), { everyMs: 10_000 });
  const error = host.error ?? servers.error;
  return (
    <aside>
      <h2>
        This machine{" "}
        <Link href="/doctor" class="link muted small push">
          doctor
        </Link>
      </h2>
      {error ? <Failure error={error} /> : null}
      {host.data ? <RoomBanner sizes={host.data.sizes} /> : null}
      {host.data || servers.data ? (
        <ul class="machine">
          {host.data ? (
            <Line status="ok" name="Host">
              up {duration(now.value - host.data.startedAt)}
            </Line>
          ) : null}
          {servers.data?.map((server) => (
            <Line key={server.name} status={server.reachable ? "ok" : "fail"} name={server.name}>
              {server.reachable ? memory(server.resident) : "does not answer"}
            </Line>
          ))}
          {host.data ? (
            <Line status={roomProblem(host.data.sizes) === null ? "ok" : "warn"} name="Disk">
              {bytes(keptBytes(host.data.sizes))} of {bytes(host.data.sizes.capBytes)} kept,{" "}
              {bytes(host.data.sizes.freeBytes)} free
            </Line>
          ) : null}
        </ul>
      ) : (
        <Wait />
      )}
    </aside>
  );
}

function Line({
  status,
  name,
  children,
}: {
  readonly status: string;
  readonly name: string;
  readonly children: ComponentChildren;
}): JSX.Element {
  return (
    <li>
      <Glyph status={status} label={status === "ok" ? "fine" : status} />
      <span class="muted">{name}</span>
      <span>{children}</span>
    </li>
  );
}

function memory(resident: readonly { readonly model: string; readonly bytes: number | null }[] | null): string {
  if (resident === null) return "answers";
  if (resident.length === 0) return "no model in memory";
  return resident.map((entry) => `${entry.model.replace(/^[^/]+\//, "")}, ${bytes(entry.bytes)}`).join("; ");
}
