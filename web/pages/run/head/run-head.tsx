import type { ComponentChildren, JSX } from "preact";
import { Link } from "wouter-preact";
import { isReport } from "../../../data/api.ts";
import { clockTime, count, duration, money, plural, shortId, unknown } from "../../../data/format.ts";
import { look } from "../../../data/setting.ts";
import { Glyph, lookOf } from "../../../ui/glyph.tsx";
import { Id } from "../../../ui/id.tsx";
import type { Score } from "../../../score/model.ts";
import { Figure } from "../../../score/figure.tsx";
import { shortModel } from "../../../score/label.ts";
import { RunButtons, type RunAct } from "./run-button.tsx";
import { totalsOf, type Totals } from "./total.ts";
import { triggerWords } from "./trigger.ts";

export interface RunHeadProps {
  readonly score: Score;
  readonly onAct: (act: RunAct) => void;
}

/** What run it is, how it stands, and what can be done about it. */
export function RunHead({ score, onAct }: RunHeadProps): JSX.Element {
  const { run } = score.timeline;
  const totals = totalsOf(score.tree, score.zero);
  return (
    <header class="score-head">
      <div class="title">
        <h1>{run.flow}</h1>
        <p class="cut">{answerOf(score, totals)}</p>
        {isReport ? null : (
          <div class="push line run-buttons">
            <RunButtons run={run} onAct={onAct} />
          </div>
        )}
      </div>
      <div class="score-figures">
        <StatusFigure score={score} />
        <Figure
          small={
            run.startedAt === null
              ? "not begun"
              : `${tookWord(score)} ${clockTime(run.startedAt, score.now, look.value)}`
          }
        >
          {duration(score.now - score.zero)}
        </Figure>
        {totals.models.length === 0 ? null : (
          <>
            <Figure small={tokensWord(totals, score.isOpen)}>{count(sumOf(totals))}</Figure>
            <Figure small={spentWord(totals)} title={priceReason(totals)}>
              {money(totals.money, totals.currency)}
            </Figure>
          </>
        )}
        <Figure small={<StartedBy trigger={run.trigger} id={run.id} />} isWide>
          {totals.models.length === 0 ? "no model" : totals.models.map(shortModel).join(", ")}
        </Figure>
      </div>
    </header>
  );
}

function StatusFigure({ score }: { readonly score: Score }): JSX.Element {
  const { run } = score.timeline;
  const open = [...score.tree.byId.values()].filter(
    ({ span, children }) => span.status === "waiting" && children.length === 0,
  );
  const review = open.find(({ span }) => span.kind === "review");
  const shown = run.status === "waiting" && review ? "waiting for you" : run.status;
  const since = (review ?? open[0])?.span.startedAt ?? null;
  const { tone } = lookOf(shown);
  return (
    <Figure small={statusWord(score, shown, since)}>
      <span class={`line is-${tone}`}>
        <Glyph status={shown} />
        {run.status}
      </span>
    </Figure>
  );
}

function statusWord({ timeline: { run }, now }: Score, shown: string, since: number | null): string {
  if (shown === "waiting for you") return `for you, ${duration(since === null ? null : now - since)}`;
  if (run.status === "waiting") return since === null ? "for something" : `for ${duration(now - since)}`;
  if (run.status === "failed" || (run.status === "paused" && run.error))
    return run.error?.code ?? "for a reason unknown";
  if (run.status === "running") return "now";
  if (run.finishedAt !== null) return clockTime(run.finishedAt, Date.now(), look.value);
  return run.status === "queued" ? "for a place" : "by hand";
}

function tookWord({ isOpen }: Score): string {
  return isOpen ? "elapsed since" : "from";
}

function answerOf({ timeline: { run }, tree }: Score, { steps, failed, retried }: Totals): ComponentChildren {
  const parts = [plural(steps, "step")];
  if (failed > 0 && run.status !== "failed") parts.push(`${plural(failed, "failure")} got over`);
  if (retried > 0) parts.push(`${plural(retried, "step")} tried again`);
  const words = parts.join(", ");
  // Why it failed or what it waits for has a line of its own below.
  const isToldBelow = run.status === "failed" || (run.status === "waiting" && tree.root.children.length > 0);
  return run.summary && !isToldBelow ? `${run.summary} · ${words}` : words;
}

function sumOf({ input, output }: Totals): number | null {
  return input === null && output === null ? null : (input ?? 0) + (output ?? 0);
}

function tokensWord(totals: Totals, isOpen: boolean): string {
  if (sumOf(totals) === null) return isOpen ? "tokens, told when a call ends" : "tokens: the server told none";
  return `tokens, ${count(totals.input)} read`;
}

function spentWord({ money: spent, unpriced }: Totals): string {
  if (spent === null) return "no price in tutti.yaml";
  return unpriced > 0 ? `and ${plural(unpriced, "call")} unpriced` : "by your price list";
}

function priceReason({ money: spent, models }: Totals): string | undefined {
  if (spent !== null) return undefined;
  return `${unknown}: cost.prices in tutti.yaml has none for ${models.join(", ")}`;
}

function StartedBy({ trigger, id }: { readonly trigger: string | null | undefined; readonly id: string }): JSX.Element {
  const { words, run } = triggerWords(trigger);
  return (
    <>
      {words}{" "}
      {run === undefined ? null : (
        <Link class="link mono" href={`/runs/${run}`}>
          {shortId(run)}
        </Link>
      )}{" "}
      · <Id id={id} />
    </>
  );
}
