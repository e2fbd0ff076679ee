import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { bytes, duration, whole } from "../../../data/format.ts";
import { Glyph } from "../../../ui/glyph.tsx";
import { Failure, Wait } from "../../../ui/state.tsx";
import type { PayloadPart, StepData } from "../inspector/step-data.ts";
import { useStep } from "../inspector/use-step.ts";
import { changeWords, type ComparedSide, type ComparedStep } from "./comparison.ts";
import { shortened, wordDiff } from "../../../ui/word-diff.ts";

export interface StepDiffProps {
  readonly step: ComparedStep;
  readonly a: string;
  readonly b: string;
}

/** One step of both runs: figures beside one another, and what it was given and gave with its differences. */
export function StepDiff({ step, a, b }: StepDiffProps): JSX.Element {
  const left = useStep(a, step.a === null ? null : step.key, step.a?.status ?? "");
  const right = useStep(b, step.b === null ? null : step.key, step.b?.status ?? "");
  const isWaiting =
    (step.a !== null && left.isLoading && !left.data) || (step.b !== null && right.isLoading && !right.data);
  return (
    <aside class="compare-step" aria-label="The step in both runs">
      <h2 class="cut" title={step.key}>
        {step.name} <span class="faint small">{changeWords[step.change]}</span>
      </h2>
      <table class="table compare-figures">
        <thead>
          <tr>
            <th scope="col">
              <span class="spoken">run</span>
            </th>
            <th scope="col">status</th>
            <th scope="col" class="num">
              time
            </th>
            <th scope="col" class="num">
              read
            </th>
            <th scope="col" class="num">
              written
            </th>
          </tr>
        </thead>
        <tbody>
          <SideRow name="A" side={step.a} />
          <SideRow name="B" side={step.b} />
        </tbody>
      </table>
      {left.error ? <Failure error={left.error} retry={left.reload} /> : null}
      {right.error ? <Failure error={right.error} retry={right.reload} /> : null}
      {isWaiting ? (
        <Wait />
      ) : (
        <>
          <PartDiff name="Output" a={left.data?.output} b={right.data?.output} />
          <PartDiff name="Error" a={left.data?.error} b={right.data?.error} />
          <PartDiff name="Input" a={left.data?.input} b={right.data?.input} />
        </>
      )}
    </aside>
  );
}

function SideRow({ name, side }: { readonly name: string; readonly side: ComparedSide | null }): JSX.Element {
  if (side === null) {
    return (
      <tr>
        <th scope="row">{name}</th>
        <td colSpan={4} class="faint">
          has no such step
        </td>
      </tr>
    );
  }
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>
        <span class="line">
          <Glyph status={side.status} />
          {side.status}
        </span>
      </td>
      <td class="num">{duration(side.durationMs)}</td>
      <td class="num">{whole(side.tokens?.input)}</td>
      <td class="num">{whole(side.tokens?.output)}</td>
    </tr>
  );
}

interface PartDiffProps {
  readonly name: string;
  readonly a: PayloadPart | null | undefined;
  readonly b: PayloadPart | null | undefined;
}

function PartDiff({ name, a, b }: PartDiffProps): JSX.Element | null {
  const texts = useMemo(() => [textOf(a), textOf(b)] as const, [a, b]);
  const [left, right] = texts;
  const pieces = useMemo(() => (left === right ? null : wordDiff(left, right)), [left, right]);
  if (!a && !b) return null;
  if (left === right) {
    return (
      <section>
        <h3>
          {name} <span class="faint small">the same in both, {bytes((a ?? b)?.bytes)}</span>
        </h3>
      </section>
    );
  }
  return (
    <section>
      <h3>
        {name} <span class="faint small">{sizeWords(a, b)}</span>
      </h3>
      {pieces === null ? (
        <p class="muted small">They differ in too much to be laid over one another.</p>
      ) : (
        <pre class="value diff" tabIndex={0}>
          {shortened(pieces).map(({ side, text }, index) =>
            side === "both" ? text : side === "a" ? <del key={index}>{text}</del> : <ins key={index}>{text}</ins>,
          )}
        </pre>
      )}
      {a?.truncated || b?.truncated ? (
        <p class="small muted">Of the beginnings only; the rest was not fetched.</p>
      ) : null}
    </section>
  );
}

function sizeWords(a: PayloadPart | null | undefined, b: PayloadPart | null | undefined): string {
  return `${a ? bytes(a.bytes) : "nothing"} in A, ${b ? bytes(b.bytes) : "nothing"} in B`;
}

/** As a person reads it: of a model's answer its words, else JSON. */
function textOf(part: PayloadPart | null | undefined): string {
  if (!part) return "";
  if (part.truncated) return part.text ?? "";
  const { value } = part;
  if (typeof value === "string") return value;
  if (isAnswer(value)) return value.text;
  return JSON.stringify(value, null, 2) ?? "";
}

function isAnswer(value: unknown): value is { readonly text: string } & Partial<StepData> {
  return (
    typeof value === "object" &&
    value !== null &&
    "text" in value &&
    typeof value.text === "string" &&
    "finishReason" in value &&
    !("output" in value && value.output !== undefined)
  );
}
