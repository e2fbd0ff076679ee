import type { ChatMessage, ChatRequest, Compacted } from "../chat-model.ts";
import { blocksOf, type Block } from "./conversation.ts";

export interface CompactedRequest {
  readonly request: ChatRequest;
  readonly leftOut: Compacted;
}

export interface CompactOptions {
  /** Tokens to leave out; fewer will do where there are no more. */
  readonly excess: number;
  /** With fewer left out than these, it is not worth a try. */
  readonly least: number;
  /** Leaving out goes by so many tokens at a time. */
  readonly portion: number;
  readonly tokensOf: (messages: readonly ChatMessage[]) => number;
}

/**
 * Leaves out the oldest turns and puts one note in their place. System text, the goal, open tool calls and the newest turn
 * stay, and a call stays or goes with its results. Undefined where nothing may go, or not enough of it.
 *
 * It goes by portions, so that the turns after this one leave out the same ones: a server reads again what comes after the
 * first change of a prompt, and with each turn another would be missing.
 */
export function compact(request: ChatRequest, options: CompactOptions): CompactedRequest | undefined {
  const { excess, least, portion, tokensOf } = options;
  const blocks = blocksOf(request.messages);
  const old = blocks.filter(({ part }) => part === "history");
  const wanted = Math.ceil(excess / portion) * portion;
  const gone = new Set<Block>();
  let tokens = 0;
  for (const block of old) {
    if (tokens >= wanted) break;
    gone.add(block);
    tokens += tokensOf(block.messages);
  }
  const messages = old.filter((block) => gone.has(block)).flatMap((block) => block.messages).length;
  const note = noteOf(messages);
  if (messages === 0 || tokens - tokensOf([note]) < least) return undefined;
  return { request: { ...request, messages: without(blocks, gone, note) }, leftOut: { messages, tokens } };
}

/** The messages as `compact` sent them, where it says that it has left out so many. */
export function withoutOldest(messages: readonly ChatMessage[], count: number): readonly ChatMessage[] {
  const blocks = blocksOf(messages);
  const gone = new Set<Block>();
  let left = count;
  for (const block of blocks.filter(({ part }) => part === "history")) {
    if (left <= 0) break;
    gone.add(block);
    left -= block.messages.length;
  }
  return without(blocks, gone, noteOf(count));
}

function without(blocks: readonly Block[], gone: ReadonlySet<Block>, note: ChatMessage): readonly ChatMessage[] {
  const first = blocks.findIndex((block) => gone.has(block));
  return blocks.flatMap((block, index) => {
    if (index === first) return [note];
    return gone.has(block) ? [] : block.messages;
  });
}

// As a user's message: templates that collect system messages at the top would move it away from where it belongs. It does
// not tell the tokens, which are a guess that changes, and with it the whole prompt after it.
function noteOf(messages: number): ChatMessage {
  const what = messages === 1 ? "1 earlier message was" : `${messages} earlier messages were`;
  return { role: "user", content: `[${what} left out here, because the conversation no longer fits the context.]` };
}
