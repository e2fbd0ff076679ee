import type { JSX } from "preact";
import { Link } from "wouter-preact";
import { tutti } from "../../data/api.ts";
import { useCall, useQuery } from "../../data/query.ts";
import { flows } from "../../first.ts";
import { Empty, Wait } from "../../ui/state.tsx";
import { Clock } from "../../ui/time.tsx";
import { edgesOf, promDuration, stepOf, type TimeRange } from "./time-range.ts";

interface NothingKeptProps {
  readonly range: TimeRange;
  /** Whether there has ever been something of the figure. */
  readonly isStored: boolean;
}

/** Why a chart has no line: whether nothing was kept in this time, or nothing has happened in it. */
export function NothingKept({ range, isStored }: NothingKeptProps): JSX.Element {
  const since = useKeptSince(range);
  const [flow] = useCall(flows).data ?? [];
  if (since === undefined) return <Wait lines={4} />;
  return (
    <Empty
      title={isStored ? "Nothing of it in this time" : "Nothing of it has been kept yet"}
      {...(isStored || flow === undefined ? {} : { command: `tutti run ${flow.name}` })}
    >
      <p class="muted">
        {since === null ? (
          "No figures at all were kept in this time."
        ) : since > edgesOf(range, Date.now()).from + stepOf(range) ? (
          <>
            In this time figures are kept from <Clock at={since} /> on.
          </>
        ) : (
          "Figures were kept in this time; this one did not move, or what is asked for has not happened."
        )}
      </p>
      {isStored ? (
        <p class="muted">Look further back, or ask for less: a value of a label, a comparison, a function.</p>
      ) : (
        <p class="muted">
          All figures are kept every ten seconds. This one comes with the first thing that it counts; most of them need
          a run, from a terminal or from{" "}
          <Link class="link" href="/flows">
            Flows
          </Link>
          .
        </p>
      )}
    </Empty>
  );
}

/** The first moment in a time that figures were kept at; null where none was, undefined until it is known. */
function useKeptSince(range: TimeRange): number | null | undefined {
  const { data, error } = useQuery(`kept ${JSON.stringify(range)}`, async (signal) => {
    const times = { ...edgesOf(range, Date.now()), step: promDuration(stepOf(range)) };
    const { series } = await tutti.metric.query({ expression: "max(tutti_build_info)", ...times }, { signal });
    return series[0]?.points[0]?.[0] ?? null;
  });
  return error ? null : data;
}
