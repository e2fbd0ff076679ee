import type { JSX } from "preact";
import { Link } from "wouter-preact";
import { bytes, clockTime, duration, money, plural, shortId, whole } from "../../../data/format.ts";
import type { Answer } from "../../../data/query.ts";
import { look } from "../../../data/setting.ts";
import { Wait } from "../../../ui/state.tsx";
import type { LiveTexts } from "../data/live-text.ts";
import type { Span } from "../data/timeline.ts";
import type { RunState } from "../run-state.ts";
import type { Score } from "../score/model.ts";
import { isAttempt, type Part } from "../score/tree.ts";
import { stepOf } from "../head/cause.ts";
import { speedOf, timeLedger, tokenLedger, type Ledger } from "./ledger.ts";
import { LiveWords } from "./live-words.tsx";
import { Payload } from "./payload.tsx";
import { RunPayloads } from "./run-payload.tsx";
import { partUrl, type StepData } from "./step-data.ts";

export interface InspectorOverviewProps {
  readonly score: Score;
  readonly part: Part;
  readonly step: Answer<StepData>;
  readonly live: LiveTexts;
  readonly state: RunState;
  readonly onFork: (part: Part) => void;
}

export function InspectorOverview(props: InspectorOverviewProps): JSX.Element {
  const { score, part, step, live, state, onFork } = props;
  const { span } = part;
  const run = score.timeline.run.id;
  const isRunning = span.status === "running" && part.children.length === 0;
  return (
    <div class="stack">
      {span.error ? <Fault part={part} error={span.error} state={state} /> : null}
      {span.skipped ? <p class="is-warn">Skipped: {span.skipped}</p> : null}
      <Facts span={span} score={score} part={part} />
      <Ledgers span={span} now={score.now} />
      {isRunning ? <LiveWords text={live.of(span.key)} /> : null}
      {step.data ? <Gist data={step.data} run={run} /> : null}
      {!step.data && step.isLoading && !isRunning && part.parent !== null && !span.isDerived ? <Wait /> : null}
      {part.parent === null ? <RunPayloads timeline={score.timeline} /> : null}
      {canFork(part) ? (
        <p>
          <button type="button" class="btn short" onClick={() => onFork(part)}>
            Fork from here
          </button>
        </p>
      ) : null}
    </div>
  );
}

/** A run can be begun again at a step that has ended. */
export function canFork(part: Part): boolean {
  const step = stepOf(part);
  return (
    step.parent !== null &&
    (step.span.finishedAt !== null || step.children.some(({ span }) => span.finishedAt !== null))
  );
}

function Fault({
  part,
  error,
  state,
}: {
  readonly part: Part;
  readonly error: NonNullable<Span["error"]>;
  readonly state: RunState;
}): JSX.Element {
  const inner = part.children.find(({ span, failures }) => failures > 0 && !isAttempt(span));
  return (
    <div class="fault">
      <p>
        <strong>{error.message}</strong>
      </p>
      <p class="line small">
        <code class="faint">{error.code}</code>
        {inner ? (
          <button type="button" class="link" onClick={() => state.goTo(inner.id)}>
            it began in {inner.name}
          </button>
        ) : null}
      </p>
    </div>
  );
}

function Facts({
  span,
  score,
  part,
}: {
  readonly span: Span;
  readonly score: Score;
  readonly part: Part;
}): JSX.Element {
  const { write, read } = speedOf(span);
  const speeds = [
    ...(write === null ? [] : [`${digits(write)} tokens/s written`]),
    ...(read === null ? [] : [`${digits(read)} tokens/s read`]),
  ];
  return (
    <dl class="facts small">
      {span.model === null ? null : (
        <>
          <dt>Model</dt>
          <dd class="mono">{span.model}</dd>
        </>
      )}
      {speeds.length === 0 ? null : (
        <>
          <dt>Speed</dt>
          <dd>{speeds.join(", ")}</dd>
        </>
      )}
      <dt>Began</dt>
      <dd>
        {span.startedAt === null
          ? "not known"
          : `${clockTime(span.startedAt, Date.now(), look.value)}, ${duration(Math.max(0, span.startedAt - score.zero))} into the run`}
      </dd>
      {timeLedger(span, score.now).lines.length > 0 || span.startedAt === null ? null : (
        <>
          <dt>{span.finishedAt === null ? "So far" : "Took"}</dt>
          <dd>{duration((span.finishedAt ?? score.now) - span.startedAt)}</dd>
        </>
      )}
      {span.child ? (
        <>
          <dt>Child run</dt>
          <dd>
            <Link class="link mono" href={`/runs/${span.child}`}>
              {shortId(span.child)}
            </Link>
          </dd>
        </>
      ) : null}
      {span.review ? (
        <>
          <dt>Review</dt>
          <dd>
            <Link class="link mono" href={`/reviews/${span.review}`}>
              {shortId(span.review)}
            </Link>
          </dd>
        </>
      ) : null}
      {span.inputBytes === null && span.outputBytes === null ? null : (
        <>
          <dt>Stored</dt>
          <dd>
            {bytes(span.inputBytes)} given, {bytes(span.outputBytes)} back
          </dd>
        </>
      )}
      {part.children.length > 0 ? (
        <>
          <dt>Inside</dt>
          <dd>
            {plural(part.children.length, part.span.kind === "map" ? "item" : "part")}
            {part.failures > 0 ? <span class="is-fail">, {part.failures} failed</span> : null}
          </dd>
        </>
      ) : null}
    </dl>
  );
}

function digits(value: number): string {
  return value >= 100 ? whole(Math.round(Number(value.toPrecision(3)))) : value.toPrecision(3);
}

function Ledgers({ span, now }: { readonly span: Span; readonly now: number }): JSX.Element {
  const time = timeLedger(span, now);
  const tokens = tokenLedger(span);
  return (
    <div class="ledgers">
      {time.lines.length > 0 ? <LedgerTable name="Time" ledger={time} /> : null}
      {tokens.total ? <LedgerTable name="Tokens" ledger={tokens} /> : null}
      {span.model !== null && span.finishedAt !== null && span.kind !== "map" ? <Spent span={span} /> : null}
    </div>
  );
}

function Spent({ span }: { readonly span: Span }): JSX.Element {
  return (
    <p class="small muted">
      {span.cost === null
        ? "Spent –: there is no price for this model in tutti.yaml (cost.prices)."
        : `Spent ${money(span.cost.money, span.cost.currency)} by your price list.`}
    </p>
  );
}

function LedgerTable({ name, ledger }: { readonly name: string; readonly ledger: Ledger }): JSX.Element | null {
  if (ledger.total === null) return null;
  return (
    <table class="ledger small">
      <caption>{name}</caption>
      <tbody>
        {ledger.lines.map((line) => (
          <tr key={line.name}>
            <td>{line.name}</td>
            <td>{line.value}</td>
          </tr>
        ))}
        <tr class="total">
          <td>{ledger.total.name}</td>
          <td>{ledger.total.value}</td>
        </tr>
      </tbody>
    </table>
  );
}

/** What came out, at a glance: the answer's words rather than the whole record of it. */
function Gist({ data, run }: { readonly data: StepData; readonly run: string }): JSX.Element | null {
  if (data.output === null && data.input === null) return null;
  const words = wordsOf(data);
  const part = data.output ?? data.input;
  if (part === null) return null;
  const shown = words === null ? part : { ...part, value: words };
  const name = data.output === null ? "Input" : words === null ? "Output" : "Answer";
  return (
    <Payload name={name} part={shown} url={partUrl(run, data.key, data.output === null ? "input" : "output")} isShort />
  );
}

function wordsOf({ kind, output, turn }: StepData): unknown {
  const value = output?.value;
  if (typeof value !== "object" || value === null) return null;
  if (kind !== "model" && turn === null) return null;
  if ("output" in value && value.output !== undefined) return value.output;
  return "text" in value && typeof value.text === "string" && value.text !== "" ? value.text : null;
}
