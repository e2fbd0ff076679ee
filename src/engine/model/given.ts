import type { ChatMessage, ChatOptions, ChatRequest, JsonSchema, ToolDefinition } from "../../models/chat-model.ts";

/** What a model was given besides the step's input. Stored with the answer, for who looks at it; no flow sees it. */
export interface Given {
  readonly tools: readonly ToolDefinition[];
  /** What the answer must fit. */
  readonly format?: JsonSchema | undefined;
  /** The server was told to constrain the answer by it; else only words ask for it. */
  readonly isGrammar?: boolean;
  /** In place of the step's own. */
  readonly options?: ChatOptions | undefined;
  readonly added?: readonly Addition[];
}

/** A message that was put in, or words that were put behind those of one. */
export interface Addition {
  /** Its place among all messages that were sent. */
  readonly at: number;
  readonly message: ChatMessage;
  readonly isBehind: boolean;
}

/** How a request that was sent differs from the one that the step made. */
export function differences(asked: ChatRequest, sent: ChatRequest): Pick<Given, "isGrammar" | "options" | "added"> {
  const added = additions(asked.messages, sent.messages);
  return {
    isGrammar: sent.format !== undefined,
    ...(sent.options === asked.options ? {} : { options: sent.options }),
    ...(added.length > 0 ? { added } : {}),
  };
}

/** A message of the step goes along as the same object, or as one that begins with its words. */
function additions(asked: readonly ChatMessage[], sent: readonly ChatMessage[]): readonly Addition[] {
  const added: Addition[] = [];
  let next = 0;
  for (const [at, message] of sent.entries()) {
    const own = asked[next];
    const isOwn = own !== undefined && own.role === message.role && message.content.startsWith(own.content);
    if (isOwn) next += 1;
    if (isOwn && own.content === message.content) continue;
    const content = isOwn ? message.content.slice(own.content.length) : message.content;
    added.push({ at, message: { ...message, content }, isBehind: isOwn });
  }
  return added;
}

/** The messages as they were sent; `put` makes one of the list of a message that was put in. */
export function withAdditions<Message extends { readonly content: string }>(
  messages: readonly Message[],
  added: readonly Addition[],
  put: (message: ChatMessage) => Message,
): readonly Message[] {
  const sent = [...messages];
  for (const { at, message, isBehind } of added) {
    const own = sent[at];
    if (isBehind && own) sent[at] = { ...own, content: own.content + message.content };
    else sent.splice(at, 0, put(message));
  }
  return sent;
}
