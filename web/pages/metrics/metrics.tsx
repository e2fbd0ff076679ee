import type { JSX } from "preact";
import { tutti } from "../../data/api.ts";
import { plural } from "../../data/format.ts";
import { useQuery } from "../../data/query.ts";
import { Page } from "../../ui/page.tsx";
import { Shown } from "../../ui/state.tsx";
import { Board } from "./board.tsx";
import { Explorer } from "./explorer.tsx";
import type { Family } from "./family.ts";
import { FamilyList } from "./family-list.tsx";
import { RangeBar } from "./range-bar.tsx";
import { useMetricsPlace, type MetricsPlace } from "./use-page.ts";
import "./metrics.css";

// A figure that is new is in the list soon after it is first counted.
const everyMs = 60_000;

/** `/explore`: what is counted, as charts; one of them with all that can be asked of it. */
export function MetricsPage(): JSX.Element {
  const place = useMetricsPlace();
  const families = useQuery("metric.list", (signal) => tutti.metric.list({}, { signal }), { everyMs });
  return (
    <Page title="Metrics" answer={answerOf(families.data)} action={<RangeBar place={place} />}>
      <Shown answer={families} lines={10}>
        {(known) => <Columns families={known} place={place} />}
      </Shown>
    </Page>
  );
}

function Columns({ families, place }: { readonly families: readonly Family[]; readonly place: MetricsPlace }) {
  const { choice } = place;
  return (
    <div class="metric-columns">
      <details class="metric-side" open={matchMedia("(min-width: 901px)").matches}>
        <summary>Figures</summary>
        <FamilyList families={families} place={place} />
      </details>
      {choice === null ? (
        <Board families={families} place={place} />
      ) : (
        <Explorer choice={choice} families={families} place={place} />
      )}
    </div>
  );
}

function answerOf(families: readonly Family[] | undefined): string | undefined {
  if (families === undefined) return undefined;
  const kept = families.filter(({ isStored }) => isStored).length;
  return `${plural(families.length, "figure")} ${families.length === 1 ? "is" : "are"} counted; of ${kept} there is something kept.`;
}
