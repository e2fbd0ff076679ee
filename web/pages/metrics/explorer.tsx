import type { JSX } from "preact";
import { Link } from "wouter-preact";
import { useKeys } from "../../shell/keys.ts";
import { Clock } from "../../ui/time.tsx";
import { PlannedChart } from "./chart-card.tsx";
import type { ChartChoice } from "./chart-choice.ts";
import { planOf, type ChartPlan } from "./chart-plan.ts";
import { ChoiceBar } from "./choice-bar.tsx";
import { ExpressionField } from "./expression-field.tsx";
import type { Family } from "./family.ts";
import { isKept, keep } from "./kept-charts.ts";
import { NothingKept } from "./nothing-kept.tsx";
import { stepOf } from "./time-range.ts";
import { useMarks, type AlertMark } from "./use-marks.ts";
import type { MetricsPlace } from "./use-page.ts";
import { ValueTable } from "./value-table.tsx";

const chartHeight = 320;

interface ExplorerProps {
  readonly choice: ChartChoice;
  readonly families: readonly Family[];
  readonly place: MetricsPlace;
}

/** One chart with all that can be asked of it. */
export function Explorer({ choice, families, place }: ExplorerProps): JSX.Element {
  const plan = planOf(choice, families, stepOf(place.range));
  const family = "metric" in choice ? families.find(({ name }) => name === choice.metric) : undefined;
  if (plan === null)
    return (
      <p class="muted">
        Nothing of this name is counted here: <code>{"metric" in choice ? choice.metric : ""}</code>. What there is
        stands in the list.
      </p>
    );
  return (
    <article class="metric-explorer" aria-labelledby="metric-title">
      <Head choice={choice} plan={plan} family={family} place={place} />
      {family && "metric" in choice ? <ChoiceBar choice={choice} family={family} onChoose={place.choose} /> : null}
      <ExpressionField text={plan.expressions.join("\n")} onRun={(text) => place.choose({ text })} />
      <Drawn plan={plan} family={family} place={place} />
    </article>
  );
}

interface HeadProps {
  readonly choice: ChartChoice;
  readonly plan: ChartPlan;
  readonly family: Family | undefined;
  readonly place: MetricsPlace;
}

function Head({ choice, plan, family, place }: HeadProps): JSX.Element {
  const isPinned = isKept(choice);
  const toggle = (): void => keep(choice, !isPinned);
  useKeys("Chart", [
    { keys: "p", does: isPinned ? "no longer keep the chart here" : "keep the chart on this page", run: toggle },
    {
      keys: "Escape",
      does: place.range.part ? "back to all of the time" : "back to all charts",
      run: () => (place.range.part ? place.wholeSpan() : place.choose(null)),
    },
  ]);
  return (
    <header class="metric-head">
      <div>
        <h2 id="metric-title">{"text" in choice ? "Your expression" : plan.title}</h2>
        {family ? (
          <p class="small muted">
            {family.help} <code class="faint">{family.name}</code>
          </p>
        ) : null}
      </div>
      <div class="line push">
        <button type="button" class="btn" aria-pressed={isPinned} onClick={toggle}>
          {isPinned ? "✓ Kept" : "Keep on this page"}
        </button>
        <button type="button" class="btn quiet" onClick={() => place.choose(null)}>
          All charts
        </button>
      </div>
    </header>
  );
}

function Drawn({ plan, family, place }: Omit<HeadProps, "choice">): JSX.Element {
  const marks = useMarks();
  return (
    <PlannedChart
      plan={plan}
      title={plan.title}
      place={place}
      height={chartHeight}
      marks={marks}
      isWhole
      empty={<NothingKept range={place.range} isStored={family?.isStored ?? true} />}
    >
      {(charted) => (
        <>
          <Fired marks={marks} times={charted.data.times} />
          <ValueTable {...charted} />
        </>
      )}
    </PlannedChart>
  );
}

const mostFired = 6;

/** What the marks in the chart are. */
function Fired({ marks, times }: { readonly marks: readonly AlertMark[]; readonly times: readonly number[] }) {
  const [from, to] = [times[0] ?? 0, times.at(-1) ?? 0];
  const shown = marks.filter(({ at }) => at >= from && at <= to);
  if (shown.length === 0) return null;
  return (
    <p class="metric-fired small">
      <span class="muted">Alerts that fired in this time:</span>
      {shown.slice(0, mostFired).map(({ rule, at }) => (
        <Link class="link is-fail" key={`${rule} ${at}`} href={`/alerts/${encodeURIComponent(rule)}`}>
          {rule} <Clock at={at} />
        </Link>
      ))}
      {shown.length > mostFired ? <span class="muted">and {shown.length - mostFired} more</span> : null}
    </p>
  );
}
