export interface Prompt {
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  readonly tools?: readonly unknown[];
}

export interface Tokenizer {
  /** Tokens that a word makes. */
  readonly tokensPerWord: number;
  /** What a prompt that is too long is cut to: as 0.17.4 was seen to do, or to half the context, as others do. */
  readonly cutsTo: "context" | "half";
}

/** A template takes four tokens a message here; tools are their JSON. */
export function countPrompt({ messages, tools }: Prompt, { tokensPerWord }: Tokenizer): number {
  const text = tools?.length ? words(JSON.stringify(tools)).length * tokensPerWord : 0;
  return messages.reduce((sum, { content }) => sum + 4 + words(content).length * tokensPerWord, text);
}

/**
 * What a server reads of a prompt that is too long when nobody forbids it to cut: it drops the oldest turns, but for system
 * messages and the last one, and then cuts what is left.
 */
export function countCut(prompt: Prompt, numCtx: number, tokenizer: Tokenizer): number {
  const whole = countPrompt(prompt, tokenizer);
  if (whole <= numCtx) return whole;
  if (tokenizer.cutsTo === "half") return Math.floor(numCtx / 2) + 2;
  const oldest = prompt.messages.findIndex(({ role }) => role !== "system");
  if (oldest === -1 || oldest === prompt.messages.length - 1) return numCtx;
  const rest = prompt.messages.filter((_, index) => index !== oldest);
  return countCut({ ...prompt, messages: rest }, numCtx, tokenizer);
}

/** Words with the space before them: joined they are the text again. */
export function words(text: string): readonly string[] {
  return text.match(/\s*\S+\s*$|\s*\S+/g) ?? [];
}
