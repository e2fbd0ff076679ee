import type { JSX } from "preact";
import { Link } from "wouter-preact";
import type { Output } from "../../data/call.ts";
import { useCall } from "../../data/query.ts";
import { firingAlerts } from "../../first.ts";
import { Glyph } from "../../ui/glyph.tsx";
import { Ago } from "../../ui/time.tsx";

type Rule = Output<"alert.list">[number];

// The rest is one click away.
const mostShown = 3;

/** What fires, in its own words; nothing where nothing does. */
export function AlertStrip(): JSX.Element | null {
  const { data = [] } = useCall(firingAlerts, {
    changedBy: ({ type }) => type.startsWith("tutti.alert."),
    everyMs: 60_000,
  });
  if (data.length === 0) return null;
  return (
    <ul class="alert-strip" aria-label="Firing alerts">
      {data.slice(0, mostShown).map((rule) => (
        <Line key={rule.name} rule={rule} />
      ))}
      {data.length > mostShown ? (
        <li>
          <span />
          <Link href="/alerts" class="link">
            {data.length - mostShown} more
          </Link>
        </li>
      ) : null}
    </ul>
  );
}

function Line({ rule: { name, summary, since, instances } }: { readonly rule: Rule }): JSX.Element {
  const isKnown = instances.every(({ ack }) => ack !== null);
  return (
    <li>
      <Glyph status="fail" label="firing" />
      <span class="cut">
        <Link href={`/alerts/${name}`} class="link">
          <b>{name}</b>
        </Link>{" "}
        <span class="muted">{summary}</span>
      </span>
      <span class="muted small">
        <Ago at={since} />
        {isKnown ? ", acknowledged" : ""}
      </span>
    </li>
  );
}
