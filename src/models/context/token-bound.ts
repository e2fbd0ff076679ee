import type { ChatRequest } from "../chat-model.ts";

export interface TokenBound {
  readonly input: number;
  /** Null where nothing limits the answer. */
  readonly output: number | null;
  /** Both together; less than their sum where the context is full before. */
  readonly total: number | null;
}

export interface TokenBoundOptions {
  /** What prompt and answer fill together at the most, where the server keeps to it; `shift` and `truncate` are off. */
  readonly contextTokens?: number | undefined;
  /** What the model's template may add of its own, such as a system text that the model was made with. */
  readonly templateTokens: number;
}

// Role marks, separators and the space that some tokenizers put in front: five to ten tokens in the templates of today.
const perMessage = 64;
// "You have access to the following functions …", and what stands around each of them.
const forTools = 1_024;
const perTool = 128;

/**
 * What a call can cost at the most, before it is made. Input: a tokenizer cuts the rendered prompt into pieces, and each
 * piece covers at least one byte of it, whether it works on bytes (GPT-2, Llama 3, Qwen, gpt-oss) or on characters with
 * bytes for those that it does not know (SentencePiece); a special token covers many. So there are at most as many tokens
 * as bytes. The rendered prompt is every text once, as it is or as NFKC makes it; what is rendered as JSON, escaped and
 * indented as a template may do it; and what the template adds, which is the one assumption here (`templateTokens`).
 * Output: the server stops at `maxTokens`, thinking included. Both together: a server that neither truncates nor shifts
 * stops when the context is full.
 */
export function tokenBound(request: ChatRequest, { contextTokens, templateTokens }: TokenBoundOptions): TokenBound {
  const input = inputBound(request) + templateTokens;
  const output = request.options?.maxTokens ?? contextTokens ?? null;
  if (contextTokens === undefined) return { input, output, total: output === null ? null : input + output };
  const [read, written] = [Math.min(input, contextTokens), Math.min(output ?? contextTokens, contextTokens)];
  return { input: read, output: written, total: Math.min(read + written, contextTokens) };
}

function inputBound({ messages, tools = [], format }: ChatRequest): number {
  let bytes = tools.length > 0 ? forTools : 0;
  for (const { content, toolCalls = [], toolName = "" } of messages) {
    bytes += perMessage + textBytes(content) + textBytes(toolName);
    for (const call of toolCalls) bytes += perMessage + jsonBytes(call);
  }
  for (const tool of tools) bytes += perTool + jsonBytes(tool);
  // It constrains the grammar; some layers and servers show it to the model as well.
  return bytes + (typeof format === "object" ? perMessage + jsonBytes(format) : 0);
}

function textBytes(text: string): number {
  const bytes = Buffer.byteLength(text);
  // NFKC writes some single characters as whole words ("ﷺ"); plain text is the same in it.
  return bytes === text.length ? bytes : Math.max(bytes, Buffer.byteLength(text.normalize("NFKC")));
}

// An escape such as \u003c is the longest form that a JSON writer gives to one UTF-16 unit.
const escaped = 6;
const indent = 4;

/** Bytes of a value as JSON in the widest form that templates use: everything unusual escaped, and indented. */
function jsonBytes(value: unknown): number {
  const text = JSON.stringify(value) ?? "";
  let bytes = 0;
  let depth = 0;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit === 0x7b || unit === 0x5b) depth++;
    if (unit === 0x7d || unit === 0x5d) depth--;
    bytes += isPlain(unit) ? 1 : isStructure(unit) ? 2 + indent * Math.max(0, depth) : escaped;
  }
  return bytes;
}

/** Letters, digits, space and the signs that no JSON writer escapes. */
function isPlain(unit: number): boolean {
  const isWord = (unit >= 0x61 && unit <= 0x7a) || (unit >= 0x41 && unit <= 0x5a) || (unit >= 0x30 && unit <= 0x39);
  return isWord || unit === 0x20 || unit === 0x5f || unit === 0x2d || unit === 0x2e;
}

function isStructure(unit: number): boolean {
  return unit === 0x7b || unit === 0x7d || unit === 0x5b || unit === 0x5d || unit === 0x2c || unit === 0x3a;
}
