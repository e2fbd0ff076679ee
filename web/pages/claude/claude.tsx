import type { JSX } from "preact";
import { tutti } from "../../data/api.ts";
import { count, duration, money, percent, unknown, whole } from "../../data/format.ts";
import { useQuery } from "../../data/query.ts";
import { useUrlState } from "../../data/url-state.ts";
import { Page } from "../../ui/page.tsx";
import { Empty, Shown } from "../../ui/state.tsx";
import { acceptance, answerOf, hasTold, readTokens } from "./claude-words.ts";
import { Sessions } from "./sessions.tsx";
import { Tools, Models, Errors } from "./tables.tsx";
import "./claude.css";

export type View = Awaited<ReturnType<typeof tutti.claude.show>>;

const spans = ["24h", "7d", "30d"] as const;
const names: Readonly<Record<(typeof spans)[number], string>> = { "24h": "24 hours", "7d": "7 days", "30d": "30 days" };
// No event tells of what comes by OTLP.
const everyMs = 15_000;

/** What Claude Code did here, as it tells itself. */
export function ClaudePage({ rest: _rest }: { readonly rest: string }): JSX.Element {
  const url = useUrlState();
  const since = spans.find((span) => span === url.get("since")) ?? "7d";
  const view = useQuery(`claude ${since}`, (signal) => tutti.claude.show({ since }, { signal }), { everyMs });
  const action = (
    <label class="line">
      <span class="spoken">Since</span>
      <select class="input" value={since} onChange={(event) => url.set({ since: event.currentTarget.value })}>
        {spans.map((span) => (
          <option key={span} value={span}>
            last {names[span]}
          </option>
        ))}
      </select>
    </label>
  );
  return (
    <Page title="Claude Code" answer={view.data ? answerOf(view.data.totals) : undefined} action={action}>
      <Shown answer={view} lines={8}>
        {(data) => (hasTold(data.totals) ? <Whole view={data} /> : <Nothing />)}
      </Shown>
    </Page>
  );
}

function Nothing(): JSX.Element {
  return (
    <Empty title="Nothing has come from Claude Code in this time" command={'eval "$(tutti claude env)" && claude'}>
      <p>
        In a shell of this project, this starts Claude Code so that it tells Tutti what it does: tokens, cost, tools,
        edits. It stays on this machine, and prompts and answers are left out.
      </p>
    </Empty>
  );
}

function Whole({ view }: { readonly view: View }): JSX.Element {
  const { totals, sessions, tools, models, errors, isWhole } = view;
  return (
    <>
      <Figures totals={totals} />
      {isWhole ? null : <p class="muted">There is more than is read at once: the oldest is not in the tables.</p>}
      <Sessions sessions={sessions} />
      <div class="claude-columns">
        <Tools tools={tools} />
        <Models models={models} />
      </div>
      <Errors errors={errors} />
    </>
  );
}

function Figures({ totals }: { readonly totals: View["totals"] }): JSX.Element {
  const { tokens, editsAccepted, editsRejected, linesAdded, linesRemoved, activeSeconds } = totals;
  const wanted = acceptance(totals);
  return (
    <dl class="claude-figures">
      <Figure name="prompts" value={whole(totals.prompts)} more={`${whole(totals.sessions)} sessions`} />
      <Figure name="at list prices" value={money(totals.costUsd)} more={`${whole(totals.calls)} model calls`} />
      <Figure
        name="tokens read"
        value={count(readTokens(tokens))}
        more={`${count(tokens.cacheRead)} from the cache; ${count(tokens.output)} written`}
      />
      <Figure
        name="tool calls"
        value={whole(totals.toolCalls)}
        more={totals.toolFailures === 0 ? "none failed" : `${whole(totals.toolFailures)} failed`}
      />
      <Figure
        name="edits accepted"
        value={wanted === null ? unknown : percent(wanted)}
        more={`${whole(editsAccepted)} of ${whole(editsAccepted + editsRejected)}`}
      />
      <Figure
        name="lines"
        value={`+${whole(linesAdded)} −${whole(linesRemoved)}`}
        more={activeSeconds === 0 ? "" : `${duration(activeSeconds * 1_000)} at work`}
      />
    </dl>
  );
}

interface FigureProps {
  readonly name: string;
  readonly value: string;
  readonly more: string;
}

function Figure({ name, value, more }: FigureProps): JSX.Element {
  return (
    <div>
      <dt class="muted">{name}</dt>
      <dd>{value}</dd>
      <dd class="small">{more}</dd>
    </div>
  );
}
