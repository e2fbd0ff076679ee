import type { ToolDefinition } from "../chat-model.ts";
import { endOfJson } from "../output/json.ts";
import { readBody } from "./body.ts";
import { findMarked, withoutWrappers } from "./marked.ts";
import type { RawCall } from "./shape.ts";
import { isIntent, isTalk, isWaiting } from "./talk.ts";

export interface TextCalls {
  readonly calls: readonly RawCall[];
  /** How they were written, for people. */
  readonly form: string;
  /** What the model said beside them. */
  readonly rest: string;
}

export interface FindOptions {
  readonly tools: readonly ToolDefinition[];
  readonly isCut: boolean;
}

/**
 * The calls of offered tools that a model wrote as text, where the text makes them: all of it, between the marks of its
 * kind, or after words that announce them. Null where the text is anything else, or may be.
 */
export function findCalls(text: string, options: FindOptions): TextCalls | null {
  const bare = withoutWrappers(text).trim();
  if (bare === "") return null;
  return (
    markedCalls(text, options) ?? wholeCalls(bare, options) ?? fencedCalls(bare, options) ?? tailCalls(bare, options)
  );
}

function wholeCalls(text: string, options: FindOptions): TextCalls | null {
  const calls = readBody(text, { ...options, isMarked: false });
  return calls && { calls, form: /^[{[]/.test(text) ? "JSON" : text.startsWith("<") ? "tags" : "Python", rest: "" };
}

function markedCalls(text: string, options: FindOptions): TextCalls | null {
  const fences = fencesOf(text);
  const calls: RawCall[] = [];
  const said: string[] = [];
  let at = 0;
  let form = "";
  for (const { start, end, body, mark } of findMarked(text)) {
    const fence = fences.find((one) => one.start < start && end <= one.end + 3);
    if (fence ? !isOnlyContent(fence, text, { start, end }) : isQuoted(text, start)) continue;
    const offered = readBody(body, { ...options, isMarked: true });
    const found = offered ?? readBody(body, { ...options, isMarked: true, takesAny: true });
    if (!found) continue;
    said.push(tidy(text.slice(at, fence?.start ?? start)));
    at = fence?.end ?? end;
    calls.push(...found);
    if (offered) form = mark;
  }
  const { rest: tail, isMadeUp } = withoutMadeUp(tidy(text.slice(at)));
  if (form === "" || !said.every(leadsToCall) || isTalk(tail) || !isWaiting(tail)) return null;
  const note = isMadeUp ? `${form}, with a made-up result behind it` : form;
  return { calls, form: note, rest: tidy([...said, tail].join("\n")) };
}

/** Words before a call between marks: a whole sentence, or one that announces the call. */
function leadsToCall(words: string): boolean {
  return words === "" || (!isTalk(words) && (/[.!?。！？…]["”’)]?$/.test(words) || isIntent(words)));
}

/** A model that goes on after its call makes up what the tool gives, and an answer from it. */
function withoutMadeUp(tail: string): { readonly rest: string; readonly isMadeUp: boolean } {
  const isMadeUp = /^(?:<tool_response>|<function_results>|<\|tool_response|\[TOOL_RESULTS\]|Observation:)/i.test(tail);
  return { rest: isMadeUp ? "" : tail, isMadeUp };
}

/** `"<tool_call>…"`, `\`<tool_call>…\`` and `> <tool_call>…` show a call. */
function isQuoted(text: string, start: number): boolean {
  const before = text.slice(0, start);
  const line = before.slice(before.lastIndexOf("\n") + 1);
  return /["'`“‘«(]\s*$/.test(line) || /^\s*>/.test(line) || (line.match(/`/g) ?? []).length % 2 === 1;
}

interface Fence {
  readonly start: number;
  readonly end: number;
  readonly language: string;
  readonly content: string;
}

function fencesOf(text: string): readonly Fence[] {
  return [...text.matchAll(/^[ \t]*(`{3,}|~{3,})([^\n`]*)\n([\s\S]*?)(?:^[ \t]*\1[ \t]*$|(?![\s\S]))/gm)].map(
    (match) => ({
      start: match.index,
      end: match.index + match[0].length,
      language: match[2]?.trim().toLowerCase() ?? "",
      content: match[3] ?? "",
    }),
  );
}

function isOnlyContent(
  fence: Fence,
  text: string,
  { start, end }: { readonly start: number; readonly end: number },
): boolean {
  const outside = text.slice(fence.start, start) + text.slice(end, fence.end);
  const around = withoutWrappers(text.slice(0, fence.start) + text.slice(fence.end)).trim();
  return /^\s*[`~]{3,}[^\n]*\n?\s*(?:[`~]{3,})?\s*$/.test(outside) && (around === "" || isAnnounced(around, ""));
}

/** Every fence is a call, and the words around announce it. */
function fencedCalls(text: string, options: FindOptions): TextCalls | null {
  const fences = fencesOf(text);
  const [first] = fences;
  if (!first) return null;
  const calls: RawCall[] = [];
  let rest = "";
  let at = 0;
  for (const fence of fences) {
    const found = readBody(fence.content, { ...options, isMarked: callLanguages.has(fence.language) });
    if (!found) return null;
    calls.push(...found);
    rest += text.slice(at, fence.start);
    at = fence.end;
  }
  const [lead, tail] = [rest.trim(), text.slice(at).trim()];
  if (!(lead === "" && tail === "") && !isAnnounced(lead, tail)) return null;
  return { calls, form: `a fence of ${first.language || "text"}`, rest: tidy(`${lead}\n${tail}`) };
}

const callLanguages = new Set(["tool_call", "tool_code", "tool", "tool_use", "tool_calls", "function_call"]);

/** Words that announce a call, then JSON on lines of its own until the end. */
function tailCalls(text: string, options: FindOptions): TextCalls | null {
  const begin = /^[ \t]*(?=[{[])/m.exec(text);
  if (!begin || text.includes("```")) return null;
  const start = begin.index + begin[0].length;
  const end = lastJsonEnd(text, start);
  const [lead, tail] = [text.slice(0, start).trim(), text.slice(end).trim()];
  if (!isAnnounced(lead, tail)) return null;
  const calls = readBody(text.slice(start, end), { ...options, isMarked: false });
  return calls && { calls, form: "JSON after words", rest: tidy(`${lead}\n${tail}`) };
}

/** Behind the last of the values that follow each other; the end of the text where one is not closed. */
function lastJsonEnd(text: string, start: number): number {
  let end = endOfJson(text, start);
  while (end >= 0) {
    const gap = /^[\s,;]*(?=[{[])/.exec(text.slice(end));
    if (!gap) return end;
    end = endOfJson(text, end + gap[0].length);
  }
  return text.length;
}

function isAnnounced(lead: string, tail: string): boolean {
  if (isTalk(lead) || isTalk(tail)) return false;
  return lead === "" ? tail === "" || isWaiting(tail) : isIntent(lead) && isWaiting(tail);
}

function tidy(text: string): string {
  return withoutWrappers(text)
    .replaceAll(/\n{3,}/g, "\n\n")
    .trim();
}
