import type { JSX } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { Link } from "wouter-preact";
import { tutti } from "../../data/api.ts";
import { duration, shortId } from "../../data/format.ts";
import { useQuery } from "../../data/query.ts";
import { useUrlState, type UrlState } from "../../data/url-state.ts";
import { useKeys } from "../../shell/keys.ts";
import { Glyph, Status } from "../../ui/glyph.tsx";
import { Page } from "../../ui/page.tsx";
import { Empty, Shown } from "../../ui/state.tsx";
import { Clock } from "../../ui/time.tsx";
import { tokenRowHeight, useWindow } from "../../ui/window.ts";
import {
  answerOf,
  changeWords,
  deltaOf,
  placeInKey,
  shownSteps,
  tookOf,
  type ComparedRun,
  type ComparedStep,
  type Comparison,
} from "./compare/comparison.ts";
import { StepDiff } from "./compare/step-diff.tsx";
import "./compare/compare.css";

/** Two runs beside one another, step by step: `/runs/compare?a=&b=`. */
export function ComparePage(_props: object): JSX.Element {
  const url = useUrlState();
  const [a, b] = [url.get("a") ?? "", url.get("b") ?? ""];
  const isAsked = a !== "" && b !== "";
  const answer = useQuery<Comparison>(isAsked ? `compare:${a}:${b}` : null, (signal) =>
    tutti.run.compare({ a, b }, { signal }),
  );
  return (
    <Page
      title="Two runs"
      answer={answer.data ? answerOf(answer.data) : ""}
      action={
        <button type="button" class="btn" disabled={!isAsked} onClick={() => url.set({ a: b, b: a })}>
          Swap A and B
        </button>
      }
      fill
    >
      {isAsked ? (
        <Shown answer={answer} lines={8}>
          {(comparison) => <Compared comparison={comparison} url={url} />}
        </Shown>
      ) : (
        <Empty title="Two runs are needed" command="tutti run diff RUN_A RUN_B">
          <p>Open a run and choose Compare, or name two in the address: /runs/compare?a=…&b=…</p>
        </Empty>
      )}
    </Page>
  );
}

interface ComparedProps {
  readonly comparison: Comparison;
  readonly url: UrlState;
}

function Compared({ comparison, url }: ComparedProps): JSX.Element {
  const { a, b, counts, steps } = comparison;
  const differ = counts.changed + counts.onlyA + counts.onlyB;
  const differencesOnly = url.get("all") === undefined && differ > 0;
  const shown = useMemo(() => shownSteps(comparison, differencesOnly), [comparison, differencesOnly]);
  const picked = shown.find(({ key }) => key === url.get("step")) ?? shown[0];
  const pick = (step: ComparedStep | undefined): void => {
    if (step) url.set({ step: step.key }, { replace: true });
  };
  useMoves({ shown, picked, pick });
  return (
    <div class="compare">
      <div class="compare-runs">
        <RunSide name="A" run={a} />
        <RunSide name="B" run={b} />
        <label class="line push small">
          <input
            type="checkbox"
            checked={differencesOnly}
            disabled={differ === 0}
            onChange={() => url.set({ all: differencesOnly ? "1" : null }, { replace: true })}
          />
          Differences only
          <span class="faint">
            {shown.length} of {steps.length}
          </span>
        </label>
      </div>
      {picked ? (
        <div class="compare-body">
          <Steps steps={shown} picked={picked} onPick={pick} />
          <StepDiff key={picked.key} step={picked} a={a.id} b={b.id} />
        </div>
      ) : (
        <Empty title="Neither run has a step that has ended">
          <p>They can be compared when a step of one has.</p>
        </Empty>
      )}
    </div>
  );
}

function RunSide({ name, run }: { readonly name: string; readonly run: ComparedRun }): JSX.Element {
  return (
    <div class="compare-run">
      <b>{name}</b>
      <Link class="link mono" href={`/runs/${run.id}`}>
        {shortId(run.id)}
      </Link>
      <span>{run.flow}</span>
      <Status status={run.status} />
      <span class="muted">{duration(tookOf(run))}</span>
      <span class="faint">
        <Clock at={run.startedAt ?? run.createdAt} />
      </span>
    </div>
  );
}

interface Moves {
  readonly shown: readonly ComparedStep[];
  readonly picked: ComparedStep | undefined;
  readonly pick: (step: ComparedStep | undefined) => void;
}

function useMoves({ shown, picked, pick }: Moves): void {
  const at = picked === undefined ? -1 : shown.indexOf(picked);
  const by = (step: number) => (): void => pick(shown[Math.min(shown.length - 1, Math.max(0, at + step))]);
  useKeys("Two runs", [
    { keys: "j", does: "next step", run: by(1) },
    { keys: "k", does: "step before", run: by(-1) },
  ]);
}

interface StepsProps {
  readonly steps: readonly ComparedStep[];
  readonly picked: ComparedStep;
  readonly onPick: (step: ComparedStep) => void;
}

function Steps({ steps, picked, onPick }: StepsProps): JSX.Element {
  const scroller = useRef<HTMLDivElement>(null);
  const rowHeight = tokenRowHeight();
  const { from, to, height } = useWindow(scroller, { count: steps.length, rowHeight });
  const at = steps.indexOf(picked);
  useEffect(() => {
    const element = scroller.current;
    if (!element || at < 0) return;
    const top = at * rowHeight;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + rowHeight > element.scrollTop + element.clientHeight) {
      element.scrollTop = top + rowHeight - element.clientHeight;
    }
  }, [at]);
  return (
    <div class="compare-list">
      <div class="compare-row compare-head" aria-hidden="true">
        <span>step</span>
        <span>what</span>
        <span class="right">A</span>
        <span class="right">B</span>
        <span class="right">B − A</span>
      </div>
      <div class="compare-rows" ref={scroller} role="listbox" aria-label="Steps of both runs" tabIndex={0}>
        <div role="presentation" style={{ height: `${height}px` }}>
          {steps.slice(from, to).map((step, index) => (
            <StepRow
              key={step.key}
              step={step}
              index={from + index}
              top={(from + index) * rowHeight}
              isPicked={step === picked}
              onPick={onPick}
            />
          ))}
        </div>
      </div>
    </div>
  );
}

interface StepRowProps {
  readonly step: ComparedStep;
  readonly index: number;
  readonly top: number;
  readonly isPicked: boolean;
  readonly onPick: (step: ComparedStep) => void;
}

function StepRow({ step, index, top, isPicked, onPick }: StepRowProps): JSX.Element {
  const { a, b, change, what } = step;
  return (
    <div
      role="option"
      class={`compare-row is-${change}${index % 5 === 4 ? " staff-end" : ""}`}
      aria-selected={isPicked}
      style={{ top: `${top}px` }}
      onClick={() => onPick(step)}
    >
      <span class="line">
        <Glyph status={(b ?? a)?.status ?? ""} label={(b ?? a)?.status ?? ""} />
        <span class="cut" title={step.key}>
          {step.name} <span class="faint small">{placeInKey(step.key)}</span>
        </span>
        <span class="faint tiny">{step.kind}</span>
      </span>
      <span class={change === "same" ? "faint cut" : "cut"}>
        {what.length > 0 ? `other ${what.join(", ")}` : changeWords[change]}
      </span>
      <span class="right mono">{a ? duration(a.durationMs) : ""}</span>
      <span class="right mono">{b ? duration(b.durationMs) : ""}</span>
      <span class="right mono faint">{deltaOf(step)}</span>
    </div>
  );
}
