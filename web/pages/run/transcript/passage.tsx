import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Link } from "wouter-preact";
import { bytes, duration, whole } from "../../../data/format.ts";
import { Glyph } from "../../../ui/glyph.tsx";
import { Failure, Wait } from "../../../ui/state.tsx";
import type { LiveTexts } from "../data/live-text.ts";
import { storedKey } from "../inspector/inspector.tsx";
import { LiveWords } from "../inspector/live-words.tsx";
import { CallView } from "../inspector/message-view.tsx";
import { Payload, Value } from "../inspector/payload.tsx";
import { isRecord, messagesOf, partUrl, type Message, type StepData } from "../inspector/step-data.ts";
import { useStep } from "../inspector/use-step.ts";
import { glyphOf, shortModel, tookOf } from "../../../score/label.ts";
import type { Entry } from "./entry.ts";

export interface PassageProps {
  readonly entry: Entry;
  readonly run: string;
  readonly now: number;
  readonly zero: number;
  readonly live: LiveTexts;
  readonly isSelected: boolean;
  readonly onSelect: (id: string) => void;
}

/** One step of the transcript. What it said is fetched when it comes near. */
export function Passage({ entry, run, now, zero, live, isSelected, onSelect }: PassageProps): JSX.Element {
  const { part, heading, kind } = entry;
  const { element, isNear } = useNear();
  const { span } = part;
  const isDone = span.finishedAt !== null;
  const [isOpen, setOpen] = useState(kind !== "tool" || span.status === "failed");
  const answer = useStep(run, isNear && isOpen && isDone ? storedKey(part) : null, span.status);
  return (
    <li ref={element} class={`passage is-${kind}`} aria-current={isSelected ? "step" : undefined}>
      {heading === null ? null : <h2 class="passage-heading">{heading}</h2>}
      <header>
        <Glyph status={glyphOf(part)} label={glyphOf(part)} />
        <button type="button" class="passage-name" onClick={() => onSelect(part.id)} title="Look at it from near">
          {part.name}
        </button>
        <span class="faint small cut">{span.model === null ? span.kind : shortModel(span.model)}</span>
        {isDone && !isOpen ? (
          <button type="button" class="link small passage-open" onClick={() => setOpen(true)}>
            show{span.outputBytes === null ? "" : ` ${bytes(span.outputBytes)}`}
            <span class="spoken"> of what {part.name} was given and gave</span>
          </button>
        ) : null}
        <span class="faint small passage-figures">
          {figuresOf(entry, now)}
          <span class="passage-at">at {duration(Math.max(0, (span.startedAt ?? now) - zero))}</span>
        </span>
      </header>
      {span.error ? <p class="fault is-fail">{span.error.message}</p> : null}
      {span.status === "running" ? (
        <LiveWords text={live.of(span.key)} run={kind === "model" ? run : undefined} />
      ) : null}
      {span.review ? (
        <p>
          <Link class="btn short" href={`/reviews/${span.review}`}>
            {span.status === "waiting" ? "Review" : "See the review"}
          </Link>
        </p>
      ) : null}
      {answer.error ? <Failure error={answer.error} retry={answer.reload} /> : null}
      {answer.data ? (
        <Said data={answer.data} run={run} />
      ) : isDone && isOpen && !answer.error ? (
        <Wait lines={2} />
      ) : null}
    </li>
  );
}

function figuresOf({ part: { span } }: Entry, now: number): string {
  const output = span.tokens?.output;
  return [duration(tookOf(span, now)), ...(output ? [`${whole(output)} tokens`] : [])].join(", ");
}

/** Of a model its new messages and its answer; of another step what it was given and what it gave. */
function Said({ data, run }: { readonly data: StepData; readonly run: string }): JSX.Element {
  const messages = messagesOf(data);
  if (messages.length > 0) return <Speech messages={newOf(messages, data.turn)} />;
  return (
    <>
      <Payload name="Given" part={data.input} url={partUrl(run, data.key, "input")} isShort />
      <Payload name="Gave" part={data.output} url={partUrl(run, data.key, "output")} isShort />
    </>
  );
}

/** What an agent has read in turns before stands above already. */
function newOf(messages: readonly Message[], turn: number | null): readonly Message[] {
  if (turn === null || turn <= 1) return messages;
  return messages.filter((message) => message.turn === undefined || message.turn >= turn).slice(-2);
}

function Speech({ messages }: { readonly messages: readonly Message[] }): JSX.Element {
  return (
    <>{messages.map((message, index) => (message.role === "tool" ? null : <Words key={index} message={message} />))}</>
  );
}

function Words({ message }: { readonly message: Message }): JSX.Element {
  const { role, content, toolCalls = [], thinking } = message;
  const json = role === "assistant" ? parsed(content) : null;
  return (
    <div class={`said is-${role}`}>
      <div class="who">{role === "assistant" ? "the model" : role === "user" ? "asked" : role}</div>
      {thinking ? (
        <details class="call">
          <summary>thought {bytes(thinking.length)}</summary>
          <p class="quote">{thinking}</p>
        </details>
      ) : null}
      {content === "" ? null : <Value value={json ?? content} shortAt={role === "assistant" ? undefined : 400} />}
      {toolCalls.map((call, index) => (
        <CallView key={index} call={call} />
      ))}
    </div>
  );
}

function parsed(content: string): unknown {
  if (!content.trimStart().startsWith("{") || content.length > 200_000) return null;
  try {
    const value: unknown = JSON.parse(content);
    return isRecord(value) ? value : null;
  } catch {
    // It only began like JSON.
    return null;
  }
}

function useNear(): { readonly element: { current: HTMLLIElement | null }; readonly isNear: boolean } {
  const element = useRef<HTMLLIElement>(null);
  const [isNear, setNear] = useState(false);
  useEffect(() => {
    const watched = element.current;
    if (!watched || isNear) return undefined;
    const observer = new IntersectionObserver(
      (seen) => {
        if (seen.some(({ isIntersecting }) => isIntersecting)) setNear(true);
      },
      { rootMargin: "300px" },
    );
    observer.observe(watched);
    return () => observer.disconnect();
  }, [isNear]);
  return { element, isNear };
}
