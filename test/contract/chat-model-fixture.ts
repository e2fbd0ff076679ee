import { needs, ollamaAddress } from "../support/services.ts";
import { createModelRegistry, type ModelRegistry } from "../../src/models/registry.ts";
import { createScriptedModel } from "../../src/models/scripted.ts";
import { startOpenAiServer } from "../support/openai-server.ts";
import type { ServedModel } from "../support/ollama-served.ts";
import { startOllamaServer, type OllamaServer } from "../support/ollama-server.ts";
import type { ChatModelFixture } from "./chat-model.ts";
import type { OverflowFixture, OverflowFixtureOptions } from "./chat-model-overflow.ts";

const longText = Array.from({ length: 400 }, (_, index) => `word${index}`).join(" ");
const shortText = "This is a scripted answer.";
const rating = '{"verdict":"good","sure":true}';

interface Seen {
  readonly messages: readonly { readonly content: string }[];
  readonly tools?: readonly unknown[] | undefined;
  readonly format?: unknown;
}

/** What both fakes say, so that the contract sees one model behind two transports. */
function scriptedReply({ messages, tools, format }: Seen): {
  text: string;
  toolCalls?: { name: string; arguments: { path: string } }[];
} {
  if (format !== undefined) return { text: rating };
  if (tools?.length) return { text: "", toolCalls: [{ name: "read_file", arguments: { path: "a.txt" } }] };
  return { text: messages.some(({ content }) => content.includes("long")) ? longText : shortText };
}

export async function openScripted(): Promise<ChatModelFixture> {
  const model = createScriptedModel({ answers: (request) => scriptedReply(request), contextLength: 8_192 });
  return { model, [Symbol.asyncDispose]: async () => undefined };
}

export interface OllamaFixture extends ChatModelFixture {
  readonly registry: ModelRegistry;
  readonly server?: OllamaServer;
  /** A model on the same server that takes no tools. */
  readonly plainModel: string;
}

export async function openScriptedServer(): Promise<OllamaFixture> {
  const models: ServedModel[] = [
    { name: "all-minilm", capabilities: ["embedding"], contextLength: 256 },
    { name: "tiny-chat" },
    { name: plainModel, capabilities: ["completion"] },
  ];
  const server = await startOllamaServer({ models, reply: (body) => ({ ...scriptedReply(body), wordDelayMs: 1 }) });
  const registry = createModelRegistry({ ollamaUrl: server.url });
  const model = await registry.chat("tiny-chat");
  return { registry, server, model, plainModel, [Symbol.asyncDispose]: () => server.close() };
}

export async function openRealServer(): Promise<OllamaFixture> {
  const registry = createModelRegistry({ ollamaUrl: requireOllama() });
  const settle = (): Promise<void> => unload(registry.url);
  const model = await registry.chat("tiny-chat");
  return { registry, model, plainModel, settle, [Symbol.asyncDispose]: async () => undefined };
}

// By its beginning it may stand for tiny-chat where somebody asks for the first chat model meanwhile.
const plainModel = `tiny-chat-plain-${process.pid}`;

/** tiny-chat with a template that has no place for tools, while `work` is done. */
export async function withPlainModel(fixture: OllamaFixture, work: () => Promise<void>): Promise<void> {
  const { registry, server } = fixture;
  const post = async (method: string, path: string, body: object): Promise<void> => {
    const response = await fetch(`${registry.url}${path}`, { method, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(await response.text());
    await response.text();
  };
  if (server) return work();
  const model = fixture.plainModel;
  await post("POST", "/api/create", { model, from: "tiny-chat", template: "{{ .Prompt }}", stream: false });
  try {
    await work();
  } finally {
    await post("DELETE", "/api/delete", { model });
  }
}

/** The AI SDK's client for OpenAI-compatible servers, behind our adapter, on a server that speaks as llama.cpp's does. */
export async function openAiSdkServer(): Promise<ChatModelFixture> {
  const server = await startOpenAiServer({
    reply: ({ messages, tools, response_format: format }) => {
      const seen = messages.map(({ content }) => ({ content: JSON.stringify(content) }));
      const { text, toolCalls } = scriptedReply({ messages: seen, tools, format });
      const calls = toolCalls?.map(({ name, arguments: values }) => ({ name, arguments: JSON.stringify(values) }));
      return { text, wordDelayMs: 1, ...(calls ? { toolCalls: calls } : {}) };
    },
  });
  const registry = createModelRegistry({
    ollamaUrl: "127.0.0.1:9",
    openai: { box: { url: server.url, contextLength: 32_768 } },
  });
  return { model: await registry.chat("box/tiny-chat"), [Symbol.asyncDispose]: () => server.close() };
}

/** The same on the /v1 route of a real Ollama, which runs a model with the context that its Modelfile names. */
export async function openAiSdkOllama(): Promise<ChatModelFixture> {
  const url = `${requireOllama()}/v1`;
  const registry = createModelRegistry({ ollamaUrl: "127.0.0.1:9", openai: { box: { url } } });
  const settle = (): Promise<void> => unload(requireOllama());
  return { model: await registry.chat("box/tiny-chat"), settle, [Symbol.asyncDispose]: async () => undefined };
}

const smallContext = 512;

export async function openScriptedOverflow(): Promise<OverflowFixture> {
  const model = createScriptedModel({
    answers: (request) => scriptedReply(request),
    contextLength: 32_768,
    numCtx: smallContext,
  });
  const registry = createModelRegistry({ ollamaUrl: "127.0.0.1:9", providers: { scripted: { chat: () => model } } });
  return {
    model: await registry.chat("scripted/model"),
    text: (tokens) => "word ".repeat(tokens),
    callCount: () => model.requests.length,
    lastSent: () => model.requests.at(-1)?.messages ?? [],
    [Symbol.asyncDispose]: async () => undefined,
  };
}

export async function openServerOverflow(
  options: OverflowFixtureOptions = {},
  model: Partial<ServedModel> = {},
): Promise<OverflowFixture> {
  const server = await startOllamaServer({ models: [{ name: "tiny-chat", ...model }], reply: scriptedReply });
  const registry = createModelRegistry({ ollamaUrl: server.url, numCtx: smallContext, ...options });
  const { tokensPerWord } = model.tokenizer ?? { tokensPerWord: 1 };
  return {
    model: await registry.chat("tiny-chat"),
    text: (tokens) => "word ".repeat(tokens / tokensPerWord),
    callCount: () => server.chats.length,
    lastSent: () => server.chats.at(-1)?.messages ?? [],
    [Symbol.asyncDispose]: () => server.close(),
  };
}

export async function openRealOverflow(options: OverflowFixtureOptions = {}): Promise<OverflowFixture> {
  const registry = createModelRegistry({ ollamaUrl: requireOllama(), numCtx: smallContext, ...options });
  // tiny-chat makes a token of each byte.
  const text = (tokens: number): string => "word ".repeat(tokens / 5);
  return { model: await registry.chat("tiny-chat"), text, [Symbol.asyncDispose]: async () => undefined };
}

/**
 * Ollama 0.17.4 sometimes (1 of 400 aborts of this very fast model) leaves a goroutine at `ch <- response` when the client hangs
 * up, with the model's only slot in its hand; unloading the model frees it.
 */
async function unload(url: string): Promise<void> {
  const body = JSON.stringify({ model: "tiny-chat", keep_alive: 0 });
  await (await fetch(`${url}/api/generate`, { method: "POST", body })).text();
}

function requireOllama(): string {
  const address = ollamaAddress();
  if (address !== undefined) return address;
  throw new Error("TUTTI_TEST_OLLAMA must name the address of a real Ollama with tiny-chat and all-minilm");
}

/** Why the tests on a real Ollama do not run; false when they do. */
export const realOllamaMissing = (): string | false => needs("ollama", ollamaAddress());
