import type { JSX } from "preact";
import { tutti } from "../../data/api.ts";
import { now } from "../../data/clock.ts";
import { clockTime } from "../../data/format.ts";
import { useQuery } from "../../data/query.ts";
import { look } from "../../data/setting.ts";
import { Failure } from "../../ui/state.tsx";
import { toast } from "../../ui/toast.tsx";
import { changesAlerts } from "./alert-words.ts";

/** The silences that hold, of one rule or of all: whoever wonders why nothing was told finds out here. */
export function Silences({ rule }: { readonly rule?: string }): JSX.Element | null {
  const silences = useQuery("alerts.silences", (signal) => tutti.alert.silences({}, { signal }), {
    changedBy: changesAlerts,
    everyMs: 60_000,
  });
  const shown = silences.data?.filter(
    (silence) => rule === undefined || silence.rule === null || silence.rule === rule,
  );
  const end = (id: string): void => {
    tutti.alert.unsilence({ id }).then(
      () => (toast("The silence is over. What still fires is told of."), silences.reload()),
      (error: unknown) => toast(error instanceof Error ? error.message : String(error), { tone: "fail" }),
    );
  };
  if (silences.error) return <Failure error={silences.error} retry={silences.reload} />;
  if (!shown || shown.length === 0) return null;
  return (
    <ul class="alert-silences" aria-label="Silences">
      {shown.map(({ id, rule: name, where, until, createdBy, reason }) => (
        <li key={id}>
          <span>
            <b>{name ?? "Every rule"}</b> {where.length > 0 ? <code>{where.join(" ")}</code> : null} is silent until{" "}
            {clockTime(until, now.value, look.value)}
            <span class="muted">
              , by {createdBy}
              {reason === "" ? "" : `: ${reason}`}
            </span>
          </span>
          <button type="button" class="btn short" onClick={() => end(id)}>
            End it
          </button>
        </li>
      ))}
    </ul>
  );
}
