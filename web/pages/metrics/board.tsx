import type { JSX } from "preact";
import { Link } from "wouter-preact";
import { Icon } from "../../ui/icon.tsx";
import { PlannedChart } from "./chart-card.tsx";
import { choiceIn, type ChartChoice } from "./chart-choice.ts";
import { planOf } from "./chart-plan.ts";
import type { Family } from "./family.ts";
import { keep, keptCharts } from "./kept-charts.ts";
import { stepOf } from "./time-range.ts";
import type { MetricsPlace } from "./use-page.ts";
import { usualCharts } from "./usual-charts.ts";

const cardHeight = 168;

interface BoardProps {
  readonly families: readonly Family[];
  readonly place: MetricsPlace;
}

/** The charts that somebody keeps here, and the usual ones. */
export function Board({ families, place }: BoardProps): JSX.Element {
  const kept = keptCharts.value.flatMap((text) => choiceIn(new URLSearchParams(text)) ?? []);
  return (
    <div class="metric-sections">
      {kept.length === 0 ? null : (
        <section aria-labelledby="kept-charts">
          <h2 id="kept-charts">Kept here</h2>
          <div class="metric-board">
            {kept.map((choice) => (
              <Card key={place.linkTo(choice)} choice={choice} families={families} place={place} isKept />
            ))}
          </div>
        </section>
      )}
      <section aria-labelledby="usual-charts">
        <h2 id="usual-charts">{kept.length === 0 ? "At a glance" : "The usual"}</h2>
        <div class="metric-board">
          {usualCharts.map(({ title, about, choice }) => (
            <Card key={title} title={title} about={about} choice={choice} families={families} place={place} />
          ))}
        </div>
      </section>
    </div>
  );
}

interface CardProps extends BoardProps {
  readonly choice: ChartChoice;
  readonly title?: string;
  readonly about?: string;
  readonly isKept?: boolean;
}

function Card({ choice, families, place, title, about, isKept = false }: CardProps): JSX.Element {
  const plan = planOf(choice, families, stepOf(place.range));
  const name = title ?? plan?.title ?? ("metric" in choice ? choice.metric : choice.text);
  const isWritten = "text" in choice;
  return (
    <article class="metric-card" aria-label={name}>
      <h3 class="line">
        <Link class={isWritten ? "cut mono" : "cut"} href={place.linkTo(choice)} title={about ?? name}>
          {name}
        </Link>
        {isKept ? (
          <button
            type="button"
            class="btn short quiet push"
            aria-label={`Remove ${name}`}
            onClick={() => keep(choice, false)}
          >
            <Icon name="close" />
          </button>
        ) : null}
      </h3>
      {plan === null ? (
        <p class="muted small metric-nothing">Nothing of this name is counted here now.</p>
      ) : (
        <PlannedChart
          plan={plan}
          title={name}
          place={place}
          height={cardHeight}
          empty={<p class="muted small metric-nothing">{about} Nothing of it was kept in this time.</p>}
        />
      )}
    </article>
  );
}
