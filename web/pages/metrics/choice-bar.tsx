import type { JSX } from "preact";
import { tutti } from "../../data/api.ts";
import { useQuery } from "../../data/query.ts";
import { Choice } from "../../ui/choice.tsx";
import { Icon } from "../../ui/icon.tsx";
import { wayOf, waysOf, wayWords, type ChosenFigure } from "./chart-choice.ts";
import { labelsExpression } from "./expression.ts";
import type { Family } from "./family.ts";

interface ChoiceBarProps {
  readonly choice: ChosenFigure;
  readonly family: Family;
  readonly onChoose: (choice: ChosenFigure) => void;
}

/** How a figure is looked at: the way, the labels that make lines, and the values of labels that count. */
export function ChoiceBar({ choice, family, onChoose }: ChoiceBarProps): JSX.Element {
  const { by, where } = choice;
  const values = useLabelValues(family);
  const way = wayOf(choice, family);
  const toggle = (label: string): void =>
    onChoose({ ...choice, by: by.includes(label) ? by.filter((other) => other !== label) : [...by, label] });
  return (
    <div class="metric-choices">
      <div class="tabs metric-ways" role="group" aria-label="Way to look at it">
        {waysOf(family).map((known) => (
          <button
            type="button"
            key={known}
            aria-current={known === way}
            onClick={() => onChoose({ ...choice, way: known })}
          >
            {wayWords[known]}
          </button>
        ))}
      </div>
      {family.labels.length === 0 ? null : (
        <div class="line metric-labels" role="group" aria-label="A line for each">
          <span class="muted small">a line for each</span>
          {family.labels.map((label) => (
            <button
              type="button"
              key={label}
              class="btn short"
              aria-pressed={by.includes(label)}
              onClick={() => toggle(label)}
            >
              {by.includes(label) ? "✓ " : ""}
              {label}
            </button>
          ))}
        </div>
      )}
      {family.labels.length === 0 ? null : (
        <div class="line metric-labels" role="group" aria-label="Only some values">
          <span class="muted small">only some</span>
          {family.labels.map((label) => (
            <Choice
              key={label}
              name={label}
              options={[...new Set([...(values.get(label) ?? []), ...(where[label] ?? [])])].toSorted()}
              picked={where[label] ?? []}
              onPick={(picked) => onChoose({ ...choice, where: { ...where, [label]: picked } })}
            />
          ))}
          <Filters choice={choice} onChoose={onChoose} />
        </div>
      )}
    </div>
  );
}

function Filters({ choice, onChoose }: Omit<ChoiceBarProps, "family">): JSX.Element {
  const { where } = choice;
  return (
    <>
      {Object.entries(where).flatMap(([label, values]) =>
        values.map((value) => (
          <span class="chip plain mono" key={`${label} ${value}`}>
            {label}={value}
            <button
              type="button"
              aria-label={`Remove ${label} ${value}`}
              onClick={() =>
                onChoose({ ...choice, where: { ...where, [label]: values.filter((other) => other !== value) } })
              }
            >
              <Icon name="close" />
            </button>
          </span>
        )),
      )}
    </>
  );
}

/** The values that each label of a figure has had; none where they cannot be known. */
function useLabelValues(family: Family): ReadonlyMap<string, readonly string[]> {
  const isWorth = family.isStored && family.labels.length > 0;
  const { data } = useQuery(isWorth ? `labels ${family.name}` : null, (signal) =>
    tutti.metric.query({ expression: labelsExpression(family) }, { signal }),
  );
  const series = data?.series ?? [];
  return new Map(
    family.labels.map((label) => [label, [...new Set(series.flatMap(({ labels }) => labels[label] ?? []))]]),
  );
}
