import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { bytes, plural } from "../../../data/format.ts";
import { Value } from "./payload.tsx";
import type { Message, ToolCall } from "./step-data.ts";

/** One message of a conversation, long ones short until they are asked for. */
export function MessageView({
  message,
  isShort = true,
}: {
  readonly message: Message;
  readonly isShort?: boolean;
}): JSX.Element {
  const { role, content, toolName, toolCalls = [], thinking, repairs = [], isCut, contentBytes } = message;
  return (
    <article class={`message is-${role}`}>
      <header class="who">
        {toolName === undefined ? role : `${toolName} answers`}
        <span class="faint"> {sizeWord(message)}</span>
      </header>
      {thinking ? <Folded word="thought" text={thinking} /> : null}
      {content === "" ? null : <Value value={asJson(content)} shortAt={isShort ? 1_000 : undefined} />}
      {isCut ? <p class="small muted">Cut here; the whole is {bytes(contentBytes ?? null)}.</p> : null}
      {toolCalls.map((call, index) => (
        <CallView key={index} call={call} />
      ))}
      {repairs.map(({ kind, detail }, index) => (
        <p key={index} class="small is-warn">
          repaired, {kind}: {detail}
        </p>
      ))}
    </article>
  );
}

function sizeWord({ content, toolCalls = [] }: Message): string {
  const parts = content === "" ? [] : [bytes(new Blob([content]).size)];
  if (toolCalls.length > 0) parts.push(plural(toolCalls.length, "call"));
  return parts.join(", ");
}

/** An answer that is JSON reads better as such. */
function asJson(content: string): unknown {
  if (!/^\s*[[{]/.test(content) || content.length > 200_000) return content;
  try {
    return JSON.parse(content) as unknown;
  } catch {
    // It only began like JSON.
    return content;
  }
}

export function CallView({ call }: { readonly call: ToolCall }): JSX.Element {
  const args = JSON.stringify(call.arguments) ?? "";
  return (
    <details class="call">
      <summary>
        <code>{call.name}</code> <span class="mono faint cut">{args.slice(0, 160)}</span>
        {call.problem === undefined ? null : <span class="is-fail small">{call.problem}</span>}
      </summary>
      <Value value={call.arguments} />
    </details>
  );
}

function Folded({ word, text }: { readonly word: string; readonly text: string }): JSX.Element {
  const [isOpen, setOpen] = useState(false);
  return (
    <details class="call" open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        {word} <span class="faint small">{bytes(text.length)}</span>
      </summary>
      {isOpen ? <p class="quote">{text}</p> : null}
    </details>
  );
}
