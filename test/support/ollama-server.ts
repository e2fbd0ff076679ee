import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { keepModels, type ModelStore, type PullState } from "./ollama-pull.ts";
import { toModel, type Served, type ServedModel } from "./ollama-served.ts";
import { countCut, countPrompt, words } from "./prompt-tokens.ts";

/** What comes over the wire to /api/chat, as far as tests look at it. */
export interface ChatBody {
  readonly model: string;
  readonly messages: readonly {
    readonly role: string;
    readonly content: string;
    readonly tool_name?: string;
    readonly tool_calls?: readonly unknown[];
  }[];
  readonly tools?: readonly unknown[];
  readonly format?: unknown;
  readonly stream?: boolean;
  readonly think?: boolean | string;
  readonly truncate?: boolean;
  readonly shift?: boolean;
  readonly options?: { readonly num_ctx?: number; readonly num_predict?: number; readonly [key: string]: unknown };
}

export interface OllamaReply {
  readonly text?: string;
  readonly thinking?: string;
  readonly toolCalls?: readonly { readonly name: string; readonly arguments: object }[];
  /** Waits before the first line, and between the words. */
  readonly delayMs?: number;
  readonly wordDelayMs?: number;
  /** Tells the times that really passed, instead of the same for each answer. */
  readonly isTimed?: boolean;
  /** Instead of an answer: a status with `{error}`; 200 sends the error as a line after the text, as a real server does. */
  readonly error?: { readonly status: number; readonly message: string };
  /** Never answers (`start`), stops answering after the text (`middle`), or drops the connection there (`cut`). */
  readonly hang?: "start" | "middle" | "cut";
}

export type Reply = string | OllamaReply;

export interface OllamaServerOptions {
  readonly models?: readonly (string | ServedModel)[];
  /** The answer to a chat: always the same one, or one for each request. */
  readonly reply?: Reply | ((body: ChatBody, index: number) => Reply | Promise<Reply>);
  readonly port?: number;
}

export interface OllamaServer extends AsyncDisposable {
  readonly url: string;
  /** Every request, in order: `POST /api/chat`. */
  readonly requests: readonly string[];
  /** Bodies of /api/chat, in order. */
  readonly chats: readonly ChatBody[];
  /** Every (re)load of a model, by the context that it was loaded with. */
  readonly loads: readonly { readonly model: string; readonly numCtx: number }[];
  /** Resolves when the client has hung up on `count` chats before their end. */
  abandoned(count?: number): Promise<void>;
  setReply(reply: NonNullable<OllamaServerOptions["reply"]>): void;
  setModels(models: readonly (string | ServedModel)[]): void;
  /** What /api/pull can get; a model that was got is served. */
  setRegistry(registry: PullState["registry"]): void;
  close(): Promise<void>;
}

/**
 * A server that speaks Ollama's protocol as 0.17.4 was seen to: a token is a word, a prompt beyond `num_ctx` is cut in silence
 * unless `truncate` is false, a full context ends the answer with `length`, and another `num_ctx` loads the model anew.
 *
 *     await using server = await startOllamaServer({ models: ["tiny-chat"], reply: "hello there" });
 */
export async function startOllamaServer(options: OllamaServerOptions = {}): Promise<OllamaServer> {
  const state = createState(options);
  const server = createServer((request, response) => {
    handle(state, request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else send(response, 500, { error: String(error) });
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  const close = async (): Promise<void> => {
    state.closing.abort();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: state.requests,
    chats: state.chats,
    loads: state.loads,
    abandoned: (count = 1) => waitForAbandoned(state, count),
    setReply: (reply) => void (state.reply = reply),
    setModels: (models) => void (state.models = models.map(toModel)),
    setRegistry: (registry) => void (state.registry = registry),
    close,
    [Symbol.asyncDispose]: close,
  };
}

interface State extends PullState {
  models: readonly Served[];
  reply: NonNullable<OllamaServerOptions["reply"]>;
  readonly requests: string[];
  readonly chats: ChatBody[];
  readonly loads: { model: string; numCtx: number }[];
  readonly loaded: Map<string, number>;
  readonly closing: AbortController;
  abandoned: number;
  readonly watchers: Set<() => void>;
}

function createState(options: OllamaServerOptions): State {
  return {
    models: (options.models ?? ["tiny-chat"]).map(toModel),
    reply: options.reply ?? defaultReply,
    requests: [],
    chats: [],
    loads: [],
    loaded: new Map(),
    registry: {},
    partial: new Map(),
    closing: new AbortController(),
    abandoned: 0,
    watchers: new Set(),
  };
}

function defaultReply({ format }: ChatBody): Reply {
  return typeof format === "object"
    ? JSON.stringify(sample(format as Record<string, unknown>))
    : "This is a scripted answer of a few words.";
}

/** The smallest value that fits a simple JSON Schema, since a real server constrains the grammar by it. */
function sample(schema: Record<string, unknown>): unknown {
  if (Array.isArray(schema["enum"])) return schema["enum"][0];
  if (schema["type"] === "object") {
    const properties = Object.entries((schema["properties"] ?? {}) as Record<string, Record<string, unknown>>);
    return Object.fromEntries(properties.map(([key, inner]) => [key, sample(inner)]));
  }
  const samples: Record<string, unknown> = {
    array: [],
    string: "text",
    number: 1,
    integer: 1,
    boolean: true,
    null: null,
  };
  return samples[String(schema["type"])] ?? {};
}

async function handle(state: State, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const route = `${request.method} ${request.url}`;
  state.requests.push(route);
  const body = await readJson(request);
  switch (route) {
    case "GET /api/version":
      return send(response, 200, { version: "0.17.4" });
    case "GET /api/tags":
      return send(response, 200, { models: state.models.map(toTag) });
    case "GET /api/ps":
      return send(response, 200, {
        models: [...state.loaded].map(([name, length]) => ({
          name,
          model: name,
          size: findModel(state, name)?.sizeBytes ?? 0,
          size_vram: 0,
          context_length: length,
        })),
      });
    case "POST /api/pull":
      response.once("close", () => noteAbandoned(state, response));
      return keepModels(route, body, { response, store: storeOf(state) });
    case "DELETE /api/delete":
    case "POST /api/copy":
    case "POST /api/generate":
      return keepModels(route, body, { response, store: storeOf(state) });
    case "POST /api/show":
      return show(state, body, response);
    case "POST /api/chat":
      return chat(state, body as unknown as ChatBody, response);
    case "POST /api/embed":
      return embed(state, body, response);
    default:
      response.writeHead(404, { "content-type": "text/plain" }).end("404 page not found");
  }
}

function storeOf(state: State): ModelStore<Served> {
  return {
    pulls: state,
    find: (name) => findModel(state, name),
    put(model) {
      const added = toModel(model);
      state.models = [added, ...state.models.filter(({ name }) => name !== added.name)];
    },
    drop(model) {
      state.models = state.models.filter((one) => one !== model);
      state.loaded.delete(model.name);
    },
    unload: ({ name }) => void state.loaded.delete(name),
  };
}

function toTag({ name, sizeBytes, digest, remoteHost }: Served): object {
  return { name, model: name, size: sizeBytes, digest, ...(remoteHost ? { remote_host: remoteHost } : {}) };
}

function findModel(state: State, name: unknown): Served | undefined {
  return state.models.find((model) => model.name === name || model.name === `${String(name)}:latest`);
}

function show(state: State, { model }: Record<string, unknown>, response: ServerResponse): void {
  const found = findModel(state, model);
  if (!found) return send(response, 404, { error: `model '${String(model)}' not found` });
  if (found.isDamaged) return void response.writeHead(500).end();
  send(response, 200, {
    details: { family: "llama", parameter_size: "135K", quantization_level: "F16" },
    parameters: "num_ctx                        2048",
    capabilities: found.capabilities,
    model_info: {
      "general.architecture": "llama",
      "llama.context_length": found.contextLength,
      ...Object.fromEntries(Object.entries(found.measures).map(([key, value]) => [`llama.${key}`, value])),
    },
    ...(found.remoteHost ? { remote_host: found.remoteHost } : {}),
  });
}

async function chat(state: State, body: ChatBody, response: ServerResponse): Promise<void> {
  const index = state.chats.push(body) - 1;
  const model = findModel(state, body.model);
  if (!model) return send(response, 404, { error: `model '${body.model}' not found` });
  if (!model.capabilities.includes("completion"))
    return send(response, 400, { error: `"${body.model}" does not support chat` });
  const refusal = refuseBody(model, body);
  if (refusal) return send(response, refusal.status, { error: refusal.error });
  response.once("close", () => noteAbandoned(state, response));
  const numCtx = Math.min(body.options?.num_ctx ?? 2_048, model.contextLength);
  const loadNs = load(state, model.name, numCtx);
  if (body.truncate === false && countPrompt(body, model.tokenizer) > numCtx)
    return send(response, 400, { error: "the input length exceeds the context length" });
  const answer = typeof state.reply === "function" ? await state.reply(body, index) : state.reply;
  const reply = typeof answer === "string" ? { text: answer } : answer;
  await play(state, { reply, body, numCtx, loadNs, promptTokens: countCut(body, numCtx, model.tokenizer) }, response);
}

/** In the order and the words of the real one. A grammar can be made of anchored patterns only. */
function refuseBody(
  { name, capabilities }: Served,
  { model, think, tools = [], format }: ChatBody,
): { status: number; error: string } | undefined {
  if (typeof think === "string" && !["high", "medium", "low"].includes(think)) {
    const values = '(must be "high", "medium", "low", true, or false)';
    return { status: 400, error: `invalid think value: ${JSON.stringify(think)} ${values}` };
  }
  if (think && !capabilities.includes("thinking"))
    return { status: 400, error: `"${model}" does not support thinking` };
  if (tools.length > 0 && !capabilities.includes("tools"))
    return { status: 400, error: `registry.ollama.ai/library/${name} does not support tools` };
  if (/"pattern":"(?!\^)/.test(JSON.stringify(format) ?? ""))
    return { status: 500, error: "invalid JSON schema in format" };
  return undefined;
}

function load(state: State, model: string, numCtx: number): number {
  if (state.loaded.get(model) === numCtx) return 1_000_000;
  state.loaded.set(model, numCtx);
  state.loads.push({ model, numCtx });
  return 280_000_000;
}

interface Scene {
  readonly reply: OllamaReply;
  readonly body: ChatBody;
  readonly numCtx: number;
  readonly loadNs: number;
  readonly promptTokens: number;
}

async function play(state: State, scene: Scene, response: ServerResponse): Promise<void> {
  const { reply, body, numCtx, promptTokens } = scene;
  const { error, hang, thinking } = reply;
  const pause = (ms = 0): Promise<unknown> =>
    ms > 0 ? delay(ms, undefined, { signal: state.closing.signal }) : Promise.resolve();
  if (hang === "start") return;
  const begun = performance.now();
  await pause(reply.delayMs);
  const read = performance.now();
  if (error && error.status !== 200) return send(response, error.status, { error: error.message });
  const line = (fields: object): void => void response.write(`${JSON.stringify({ model: body.model, ...fields })}\n`);
  if (body.stream === false) return whole(scene, response);
  response.writeHead(200, { "content-type": "application/x-ndjson" });
  if (thinking) line({ message: { role: "assistant", content: "", thinking }, done: false });
  const all = words(reply.text ?? "");
  const room = body.shift === false ? numCtx - promptTokens : Number.POSITIVE_INFINITY;
  const said = all.slice(0, Math.min(body.options?.num_predict ?? Number.POSITIVE_INFINITY, room));
  for (const content of said) {
    if (response.destroyed) return;
    line({ message: { role: "assistant", content }, done: false });
    await pause(reply.wordDelayMs);
  }
  if (hang === "middle") return;
  if (hang === "cut") return void response.destroy();
  if (error) return void response.end(`${JSON.stringify({ error: error.message })}\n`);
  const calls = reply.toolCalls?.map((call, index) => ({ id: `call_${index}`, function: { index, ...call } }));
  if (calls) line({ message: { role: "assistant", content: "", tool_calls: calls }, done: false });
  const timed = reply.isTimed
    ? {
        prompt_eval_duration: nsSince(begun, read),
        eval_duration: nsSince(read, performance.now()),
        total_duration: scene.loadNs + nsSince(begun, performance.now()),
      }
    : {};
  line({ ...lastLine(scene, said.length, all.length), ...timed });
  response.end();
}

function nsSince(from: number, to: number): number {
  return Math.round((to - from) * 1e6);
}

/** The answer in one piece. */
function whole(scene: Scene, response: ServerResponse): void {
  const { reply, body } = scene;
  const { text = "", thinking } = reply;
  const said = words(text).slice(0, body.options?.num_predict);
  const message = { role: "assistant", content: said.join(""), ...(thinking ? { thinking } : {}) };
  send(response, 200, { ...lastLine(scene, said.length, words(text).length), model: body.model, message });
}

function lastLine({ promptTokens, loadNs }: Scene, saidTokens: number, allTokens: number): object {
  return {
    message: { role: "assistant", content: "" },
    done: true,
    done_reason: saidTokens < allTokens ? "length" : "stop",
    total_duration: loadNs + 3_000_000,
    load_duration: loadNs,
    prompt_eval_count: promptTokens,
    prompt_eval_duration: 1_000_000,
    eval_count: saidTokens,
    eval_duration: 2_000_000,
  };
}

function embed(state: State, body: Record<string, unknown>, response: ServerResponse): void {
  const found = findModel(state, body["model"]);
  if (!found) return send(response, 404, { error: `model "${String(body["model"])}" not found, try pulling it first` });
  const texts = [body["input"]].flat().map(String);
  const counts = texts.map((text) => words(text).length + 2);
  if (body["truncate"] === false && counts.some((count) => count > found.contextLength)) {
    return send(response, 400, { error: "the input length exceeds the context length" });
  }
  const loadNs = load(state, found.name, found.contextLength);
  send(response, 200, {
    total_duration: loadNs + 5_000_000,
    load_duration: loadNs,
    embeddings: texts.map(vectorOf),
    prompt_eval_count: counts.reduce((sum, count) => sum + count, 0),
  });
}

/** A unit vector by the words of a text: texts that share words are near. No meaning, so only for the protocol. */
function vectorOf(text: string): number[] {
  const vector = Array.from({ length: 384 }, () => 0.001);
  for (const word of words(text.toLowerCase())) {
    let slot = 7;
    for (const character of word.trim()) slot = (slot * 31 + (character.codePointAt(0) ?? 0)) % 384;
    vector[slot] = (vector[slot] ?? 0) + 1;
  }
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}

function noteAbandoned(state: State, response: ServerResponse): void {
  if (response.writableFinished) return;
  state.abandoned += 1;
  for (const watcher of state.watchers) watcher();
}

function waitForAbandoned(state: State, count: number): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (state.abandoned < count) return;
      state.watchers.delete(look);
      resolve();
    };
    state.watchers.add(look);
    look();
  });
}

async function readJson(request: IncomingMessage): Promise<Record<string, unknown>> {
  let text = "";
  for await (const piece of request.setEncoding("utf8")) text += String(piece);
  return text === "" ? {} : (JSON.parse(text) as Record<string, unknown>);
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
