import { TuttiError } from "../../core/error.ts";

/** What a request was about, for the message. */
export interface About {
  /** As Ollama calls it; undefined for requests about no model. */
  readonly model?: string | undefined;
  /** Tokens in force, for an overflow. */
  readonly contextLimit?: number | undefined;
  /** Says more about an overflow than the server does. */
  readonly overflow?: ((said: string) => TuttiError) | undefined;
}

// "the input length exceeds the context length", "the request exceeds the available context size", "prompt is too long",
// "context size has been exceeded": the servers below Ollama say it each in its own way.
const overflowWords = /exceeds? .*context|context (length|size|window).* exceeded|(prompt|input) is too long/i;

const schemaHint =
  "The server makes a grammar of the schema and cannot make one of all that a schema may say: a pattern must begin with ^ and end with $. Say less in `output`, and check the rest in the flow.";

/** An `{error}` of the server, from a status or from a line in the middle of a stream (status 200). */
export function refusal(status: number, message: string, about: About, installed: readonly string[]): TuttiError {
  if (overflowWords.test(message)) return about.overflow?.(message) ?? overflow(message, about);
  if (status === 404 && about.model !== undefined) return missing(about.model, installed);
  if (status === 503 || status === 429) {
    return new TuttiError("model.unreachable", `Ollama is too busy: ${message}`, {
      hint: "Lower the concurrency of the flow, or raise OLLAMA_MAX_QUEUE of the server.",
      data: { status },
    });
  }
  const how = status === 200 ? "in the middle of an answer" : `with status ${status}`;
  const who = about.model === undefined ? "Ollama" : `Ollama, asked for ${about.model},`;
  return new TuttiError("model.bad_answer", `${who} failed ${how}: ${message}`, {
    ...hintFor(message),
    data: { status },
  });
}

function hintFor(message: string): { readonly hint?: string } {
  if (/json schema/i.test(message)) return { hint: schemaHint };
  if (/does not support thinking/.test(message))
    return { hint: "Leave out options.think, or choose a model that can." };
  if (/does not support tools/.test(message))
    return { hint: "Choose a model that takes tools: `tutti models list` shows what each can." };
  return {};
}

/** The server did not take the connection, or dropped it. */
export function lost(url: string, cause: unknown): TuttiError {
  return new TuttiError("model.unreachable", `Ollama did not answer at ${url} (${describe(cause)})`, {
    cause,
    hint: "Start it with `ollama serve`, or name its address in OLLAMA_HOST, models.host or models.servers.",
    data: { url },
  });
}

export function notOllama(url: string, found: string, cause?: unknown): TuttiError {
  return new TuttiError("model.bad_answer", `What answers at ${url} does not speak as Ollama does: ${found}`, {
    cause,
    hint: "Check the address in OLLAMA_HOST or models.host, and the version of the server.",
  });
}

export function missing(model: string, installed: readonly string[]): TuttiError {
  const has = installed.length > 0 ? `the server has: ${installed.join(", ")}` : "the server has none";
  return new TuttiError("model.missing", `The model ${model} is not installed; ${has}`, {
    hint: `Install it with \`ollama pull ${model}\`, or choose one that is there.`,
    data: { model, installed },
  });
}

function overflow(message: string, { model, contextLimit }: About): TuttiError {
  const limit = contextLimit === undefined ? "" : ` of ${contextLimit} tokens`;
  return new TuttiError(
    "model.context_overflow",
    `The input does not fit the context${limit} of ${model ?? "the model"}: ${message}`,
    {
      hint: "Send less, or raise numCtx as far as the model and the memory allow.",
      data: contextLimit === undefined ? {} : { limit: contextLimit },
    },
  );
}

function describe(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  // fetch wraps what happened ("fetch failed"), and two addresses of a name make an AggregateError without a message.
  const inner = cause instanceof AggregateError ? cause.errors[0] : cause.cause;
  if (inner instanceof Error) return describe(inner);
  const code = "code" in cause && typeof cause.code === "string" ? cause.code : "";
  return knownCauses[code] ?? (cause.message || code || cause.name);
}

const knownCauses: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ECONNRESET: "connection lost",
  ENOTFOUND: "unknown host",
  EAI_AGAIN: "unknown host",
};
