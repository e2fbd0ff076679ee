import type { TuttiError } from "../core/error.ts";
import { lineSplitter, textOf } from "./chunk.ts";
import { lost } from "./lost.ts";
import { failureIn } from "./wire.ts";

/**
 * What was asked, and of whom. The request has to be at hand until its answer is read: Node forgets the signal of a
 * Request that is collected as garbage, and then nothing ends a stream any more.
 */
export interface Asked {
  readonly host: string;
  readonly request: Request;
}

const cut = "went away in the middle of an answer";

export function isFollowed(response: Response): boolean {
  return response.headers.get("content-type")?.startsWith("application/x-ndjson") ?? false;
}

export async function readJson(response: Response, asked: Asked): Promise<unknown> {
  return parse(await readText(response, asked), asked);
}

/** The error that an answer tells of; who answers something else is not a host, or stands before one. */
export async function readFailure(response: Response, asked: Asked): Promise<TuttiError> {
  const text = await readText(response, asked);
  return failureIn(tryParse(text)) ?? lost(asked.host, `answered with status ${response.status}`);
}

/** An answer of many lines: yields the progress, returns the result, throws the error. */
export async function* readProgress(response: Response, asked: Asked): AsyncGenerator<unknown, unknown> {
  for await (const line of lines(response, asked)) {
    const message = parse(line, asked);
    const failure = failureIn(message);
    if (failure) throw failure;
    if (hasKey(message, "result")) return message.result;
    if (hasKey(message, "progress")) yield message.progress;
  }
  asked.request.signal.throwIfAborted();
  throw lost(asked.host, cut);
}

async function* lines({ body }: Response, { host, request }: Asked): AsyncGenerator<string> {
  if (!body) return;
  const split = lineSplitter();
  try {
    for await (const text of textOf(body)) yield* split(text).filter((line) => line !== "");
  } catch (error) {
    request.signal.throwIfAborted();
    throw lost(host, cut, error);
  }
  // A line without its end was cut off with its writer.
}

async function readText(response: Response, { host, request }: Asked): Promise<string> {
  try {
    return await response.text();
  } catch (error) {
    request.signal.throwIfAborted();
    throw lost(host, cut, error);
  }
}

function parse(text: string, { host }: Asked): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw lost(host, "answered something that is not JSON", error);
  }
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // A page of a proxy, or nothing: the status says what there is to say.
  }
}

function hasKey<Key extends string>(value: unknown, key: Key): value is Record<Key, unknown> {
  return typeof value === "object" && value !== null && key in value;
}
