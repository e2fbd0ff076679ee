import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

/** What comes over the wire to /v1/chat/completions, as far as tests look at it. */
export interface CompletionBody {
  readonly model: string;
  readonly messages: readonly { readonly role: string; readonly content: unknown; readonly tool_call_id?: string }[];
  readonly tools?: readonly unknown[];
  readonly response_format?: { readonly type: string; readonly json_schema?: unknown };
  readonly max_tokens?: number;
  readonly reasoning_effort?: string;
  readonly stream?: boolean;
  readonly stream_options?: { readonly include_usage?: boolean };
}

export interface CompletionReply {
  readonly text?: string;
  readonly thinking?: string;
  /** `arguments` as the model wrote them: JSON, or what should have been. */
  readonly toolCalls?: readonly { readonly name: string; readonly arguments: string }[];
  readonly wordDelayMs?: number;
  /** Instead of an answer: a status with an error. */
  readonly error?: { readonly status: number; readonly message: string };
  /** Never answers (`start`), stops answering after the text (`middle`), or drops the connection there (`cut`). */
  readonly hang?: "start" | "middle" | "cut";
}

export interface OpenAiServerOptions {
  readonly reply: CompletionReply | ((body: CompletionBody, index: number) => CompletionReply);
  readonly contextLength?: number;
  /** Cuts a long prompt and says nothing, as LM Studio and Ollama's own /v1 do; else it is refused, as llama.cpp does. */
  readonly cutsInSilence?: boolean;
  /** As vLLM tells it with its models. */
  readonly maxModelLen?: number;
  /** As llama.cpp tells it beside its interface. */
  readonly propsContext?: number;
  /** Default: usage comes with the last piece where it was asked for. */
  readonly tellsUsage?: boolean;
}

export interface OpenAiServer extends AsyncDisposable {
  /** With `/v1`. */
  readonly url: string;
  readonly bodies: readonly CompletionBody[];
  /** Resolves when the client has hung up on a request before its end. */
  abandoned(): Promise<void>;
  close(): Promise<void>;
}

/** A server that speaks as llama.cpp's does: server-sent events, a token is a word, usage at the end. */
export async function startOpenAiServer(options: OpenAiServerOptions): Promise<OpenAiServer> {
  const bodies: CompletionBody[] = [];
  const closing = new AbortController();
  const abandoned = Promise.withResolvers<void>();
  const server = createServer((request, response) => {
    response.once("close", () => void (response.writableFinished || abandoned.resolve()));
    handle({ options, bodies, closing: closing.signal }, request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const close = async (): Promise<void> => {
    closing.abort();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    bodies,
    abandoned: () => abandoned.promise,
    close,
    [Symbol.asyncDispose]: close,
  };
}

interface State {
  readonly options: OpenAiServerOptions;
  readonly bodies: CompletionBody[];
  readonly closing: AbortSignal;
}

async function handle(state: State, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.url === "/v1/models") return send(response, 200, { object: "list", data: [toListed(state.options)] });
  const { propsContext } = state.options;
  if (request.url?.startsWith("/props?") && propsContext !== undefined)
    return send(response, 200, { default_generation_settings: { n_ctx: propsContext }, total_slots: 4 });
  if (request.url !== "/v1/chat/completions") return send(response, 404, { error: { message: "no such route" } });
  let text = "";
  for await (const piece of request.setEncoding("utf8")) text += String(piece);
  const body = JSON.parse(text) as CompletionBody;
  const index = state.bodies.push(body) - 1;
  const { reply } = state.options;
  await play(state, body, typeof reply === "function" ? reply(body, index) : reply, response);
}

/** `created` is the time of the request, as vLLM has it. */
function toListed({ maxModelLen }: OpenAiServerOptions): object {
  const created = performance.now();
  return { id: "tiny-chat", object: "model", created, ...(maxModelLen ? { max_model_len: maxModelLen } : {}) };
}

async function play(
  { options, closing }: State,
  body: CompletionBody,
  reply: CompletionReply,
  response: ServerResponse,
): Promise<void> {
  const { contextLength = 32_768, cutsInSilence = false, tellsUsage = true } = options;
  if (reply.hang === "start") return;
  if (reply.error) return send(response, reply.error.status, { error: { message: reply.error.message } });
  const asked = body.messages.reduce((sum, message) => sum + 4 + words(JSON.stringify(message.content)).length, 0);
  if (asked > contextLength && !cutsInSilence) return refuse(response);
  // So that there is room for an answer, as those servers do.
  const promptTokens = asked > contextLength ? Math.floor(contextLength / 2) : asked;
  if (!body.stream) return whole({ body, reply, promptTokens }, response);
  response.writeHead(200, { "content-type": "text/event-stream" });
  const event = (fields: object): void =>
    void response.write(
      `data: ${JSON.stringify({ id: "1", object: "chat.completion.chunk", model: body.model, ...fields })}\n\n`,
    );
  const delta = (fields: object, reason: string | null = null): void =>
    event({ choices: [{ index: 0, delta: { role: "assistant", ...fields }, finish_reason: reason }] });
  if (reply.thinking) delta({ reasoning_content: reply.thinking });
  const all = words(reply.text ?? "");
  const said = all.slice(0, Math.min(body.max_tokens ?? Number.POSITIVE_INFINITY, contextLength - promptTokens));
  for (const content of said) {
    if (response.destroyed) return;
    delta({ content });
    if (reply.wordDelayMs) await delay(reply.wordDelayMs, undefined, { signal: closing });
  }
  if (reply.hang === "middle") return;
  if (reply.hang === "cut") return void response.destroy();
  for (const [index, called] of (reply.toolCalls ?? []).entries()) {
    delta({ tool_calls: [{ index, id: `call_${index}`, type: "function", function: called }] });
  }
  delta({}, said.length < all.length ? "length" : reply.toolCalls ? "tool_calls" : "stop");
  const usage = {
    prompt_tokens: promptTokens,
    completion_tokens: said.length,
    total_tokens: promptTokens + said.length,
  };
  if (tellsUsage && body.stream_options?.include_usage) event({ choices: [], usage });
  response.end("data: [DONE]\n\n");
}

/** The answer in one piece. */
function whole(
  { body, reply, promptTokens }: { body: CompletionBody; reply: CompletionReply; promptTokens: number },
  response: ServerResponse,
): void {
  const all = words(reply.text ?? "");
  const said = all.slice(0, body.max_tokens);
  const calls = reply.toolCalls?.map((called, index) => ({ id: `call_${index}`, type: "function", function: called }));
  const message = {
    role: "assistant",
    content: said.join(""),
    ...(reply.thinking ? { reasoning_content: reply.thinking } : {}),
    ...(calls ? { tool_calls: calls } : {}),
  };
  const reason = said.length < all.length ? "length" : calls ? "tool_calls" : "stop";
  send(response, 200, {
    id: "1",
    object: "chat.completion",
    model: body.model,
    choices: [{ index: 0, message, finish_reason: reason }],
    usage: { prompt_tokens: promptTokens, completion_tokens: said.length, total_tokens: promptTokens + said.length },
  });
}

function refuse(response: ServerResponse): void {
  const message = "the request exceeds the available context size, try increasing it";
  send(response, 400, { error: { code: 400, message, type: "exceed_context_size_error" } });
}

function words(text: string): readonly string[] {
  return text.match(/\s*\S+\s*$|\s*\S+/g) ?? [];
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
