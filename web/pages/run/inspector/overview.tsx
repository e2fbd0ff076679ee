import { Fragment, type ComponentChildren, type JSX } from "preact";
import { Link } from "wouter-preact";
import { isReport } from "../../../data/api.ts";
import { bytes, clockTime, duration, money, plural, shortId, whole } from "../../../data/format.ts";
import type { Answer } from "../../../data/query.ts";
import { look } from "../../../data/setting.ts";
import { Wait } from "../../../ui/state.tsx";
import type { LiveTexts } from "../data/live-text.ts";
import type { Span } from "../../../score/timeline.ts";
import type { RunState } from "../run-state.ts";
import type { Score } from "../../../score/model.ts";
import { isAttempt, type Part } from "../../../score/tree.ts";
import { stepOf } from "../head/cause.ts";
import { speedOf, timeLedger, tokenLedger, type Ledger } from "./ledger.ts";
import { gistOf } from "./gist.ts";
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
      {isRunning ? <LiveWords text={live.of(span.key)} run={span.kind === "model" ? run : undefined} /> : null}
      {step.data ? <Gist data={step.data} run={run} /> : null}
      {!step.data && step.isLoading && !isRunning && part.parent !== null && !span.isDerived ? <Wait /> : null}
      {part.parent === null ? <RunPayloads timeline={score.timeline} /> : null}
      {canFork(part) && !isReport ? (
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

interface FactsProps {
  readonly span: Span;
  readonly score: Score;
  readonly part: Part;
}

function Facts({ span, score, part }: FactsProps): JSX.Element {
  const facts: readonly (readonly [string, ComponentChildren])[] = [
    ["Model", span.model === null ? null : <span class="mono">{span.model}</span>],
    ["Speed", speedWords(span)],
    ["Began", beginWords(span, score)],
    [span.finishedAt === null ? "So far" : "Took", tookWords(span, score)],
    ["Child run", span.child ? <LinkTo path="/runs" id={span.child} /> : null],
    ["Review", span.review ? <LinkTo path="/reviews" id={span.review} /> : null],
    ["Stored", storedWords(span)],
    ["Inside", part.children.length > 0 ? <InsideWords part={part} /> : null],
  ];
  return (
    <dl class="facts small">
      {facts.map(([name, value]) =>
        value === null ? null : (
          <Fragment key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </Fragment>
        ),
      )}
    </dl>
  );
}

function LinkTo({ path, id }: { readonly path: string; readonly id: string }): JSX.Element {
  return (
    <Link class="link mono" href={`${path}/${id}`}>
      {shortId(id)}
    </Link>
  );
}

function speedWords(span: Span): string | null {
  const { write, read } = speedOf(span);
  const words = [
    ...(write === null ? [] : [`${digits(write)} tokens/s written`]),
    ...(read === null ? [] : [`${digits(read)} tokens/s read`]),
  ];
  return words.length === 0 ? null : words.join(", ");
}

function beginWords({ startedAt }: Span, { zero }: Score): string {
  if (startedAt === null) return "not known";
  const into = startedAt < zero ? "kept from another run" : `${duration(startedAt - zero)} into the run`;
  return `${clockTime(startedAt, Date.now(), look.value)}, ${into}`;
}

/** Where the ledger of its time says it, it need not be said twice. */
function tookWords(span: Span, { now }: Score): string | null {
  if (span.startedAt === null || timeLedger(span, now).lines.length > 0) return null;
  return duration((span.finishedAt ?? now) - span.startedAt);
}

function storedWords({ inputBytes, outputBytes }: Span): string | null {
  const words = [
    ...(inputBytes === null ? [] : [`${bytes(inputBytes)} given`]),
    ...(outputBytes === null ? [] : [`${bytes(outputBytes)} back`]),
  ];
  return words.length === 0 ? null : words.join(", ");
}

function InsideWords({ part }: { readonly part: Part }): JSX.Element {
  return (
    <>
      {plural(part.children.length, part.span.kind === "map" ? "item" : "part")}
      {part.failures > 0 ? <span class="is-fail">, {part.failures} failed</span> : null}
    </>
  );
}

function digits(value: number): string {
  return value >= 100 ? whole(Math.round(Number(value.toPrecision(3)))) : value.toPrecision(3);
}

function Ledgers({ span, now }: { readonly span: Span; readonly now: number }): JSX.Element | null {
  const time = timeLedger(span, now);
  const tokens = tokenLedger(span);
  const isCall = span.model !== null && span.finishedAt !== null && span.kind !== "map";
  if (time.lines.length === 0 && tokens.total === null && !isCall) return null;
  return (
    <div class="ledgers">
      {time.lines.length > 0 ? <LedgerTable name="Time" ledger={time} /> : null}
      {tokens.total ? <LedgerTable name="Tokens" ledger={tokens} /> : null}
      {isCall ? <Spent span={span} /> : null}
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

/** What came out, at a glance: the answer's words, or what a program has printed, rather than the whole record of it. */
function Gist({ data, run }: { readonly data: StepData; readonly run: string }): JSX.Element | null {
  const part = data.output ?? data.input;
  if (part === null) return null;
  const isOutput = data.output !== null;
  const gist = isOutput ? gistOf(data) : null;
  return (
    <>
      {gist?.note ? <p class="small muted">{gist.note}</p> : null}
      <Payload
        name={gist?.name ?? (isOutput ? "Output" : "Input")}
        part={gist === null ? part : { ...part, value: gist.value }}
        url={partUrl(run, data.key, isOutput ? "output" : "input")}
        isShort
      />
    </>
  );
}
