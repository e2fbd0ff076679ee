import { TuttiError } from "../core/error.ts";
import { isFollowed, readFailure, readJson, readProgress, type Asked } from "./answer.ts";
import { createFollowing, type Following } from "./following.ts";
import { nextQuery } from "./link.ts";
import { noPatience, patiently, retryAfterMs, type Outcome, type Patience } from "./patience.ts";
import { keysOfPath, toRequest, type Input, type OperationPlace } from "./request.ts";

export type { OperationPlace } from "./request.ts";

/** Throws `host.unreachable` where nobody answers, and the reason of the request's signal once that is aborted. */
export type Transport = (request: Request) => Promise<Response>;

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface ClientOptions {
  /** Where `/api` lies, for transports that care. */
  readonly base?: string;
  /** How messages call the other side. */
  readonly host?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly patience?: Patience;
  readonly now?: () => number;
}

/** Calls operations of a host by name, wherever it is. */
export interface Client {
  call(
    name: string,
    input: Input,
    options?: CallOptions & { readonly onProgress?: ((progress: unknown) => void) | undefined },
  ): Promise<unknown>;
  follow(name: string, input: Input, options?: CallOptions): Following<unknown, unknown>;
  /** The pages of a list, one request each. */
  pages(name: string, input: Input, options?: CallOptions): AsyncGenerator<readonly unknown[], void, undefined>;
}

export function createClient(
  transport: Transport,
  operations: readonly OperationPlace[],
  options: ClientOptions = {},
): Client {
  const places = new Map(operations.map((operation) => [operation.name, operation]));
  const caller = createCaller(transport, options);
  const placeOf = (name: string): OperationPlace => {
    const place = places.get(name);
    if (!place) throw new TuttiError("usage.invalid", `there is no operation "${name}"`);
    return place;
  };
  return {
    async call(name, input, { signal, onProgress } = {}) {
      const answer = await caller.ask(placeOf(name), input, signal);
      return "progress" in answer ? lastOf(answer.progress, onProgress) : answer.body;
    },
    follow: (name, input, { signal } = {}) => createFollowing(follow(caller, { place: placeOf(name), input, signal })),
    pages: (name, input, { signal } = {}) => pages(caller, { place: placeOf(name), input, signal }),
  };
}

/** What an operation has answered: all of it, or what it tells from now on. */
type Answer =
  | { readonly body: unknown; readonly link: string | null }
  | { readonly progress: AsyncGenerator<unknown, unknown> };

interface Caller {
  ask(place: OperationPlace, input: Input, signal: AbortSignal | undefined): Promise<Answer>;
}

interface Call {
  readonly place: OperationPlace;
  readonly input: Input;
  readonly signal: AbortSignal | undefined;
}

function createCaller(transport: Transport, options: ClientOptions): Caller {
  const { base = "http://localhost", host = "the host of this data folder", headers, patience = noPatience } = options;
  const { now = () => Date.now() } = options;
  return {
    ask: (place, input, signal) =>
      patiently<Answer>(patience, { isSafe: place.idempotent ?? false, signal }, async () => {
        const request = toRequest(place, input, { base, headers, signal });
        return read(await transport(request), { host, request }, now);
      }),
  };
}

async function read(response: Response, asked: Asked, now: () => number): Promise<Outcome<Answer>> {
  if (!response.ok) {
    const againAfterMs = retryAfterMs(response, now);
    return { failure: await readFailure(response, asked), againAfterMs };
  }
  if (isFollowed(response)) return { value: { progress: readProgress(response, asked) } };
  return { value: { body: await readJson(response, asked), link: response.headers.get("link") } };
}

async function lastOf(
  progress: AsyncGenerator<unknown, unknown>,
  tell: ((progress: unknown) => void) | undefined,
): Promise<unknown> {
  for (;;) {
    const next = await progress.next();
    if (next.done) return next.value;
    tell?.(next.value);
  }
}

async function* follow(caller: Caller, { place, input, signal }: Call): AsyncGenerator<unknown, unknown> {
  const answer = await caller.ask(place, input, signal);
  return "progress" in answer ? yield* answer.progress : answer.body;
}

async function* pages(
  caller: Caller,
  { place, input, signal }: Call,
): AsyncGenerator<readonly unknown[], void, undefined> {
  const inPath = Object.fromEntries(keysOfPath(place.path).map((key) => [key, input[key]]));
  for (let query: Input | null = input; query !== null;) {
    const answer = await caller.ask(place, query, signal);
    if (!("body" in answer) || !Array.isArray(answer.body)) {
      throw new TuttiError("usage.invalid", `${place.name} does not answer with a list, so it has no pages`);
    }
    yield answer.body as readonly unknown[];
    const next = nextQuery(answer.link);
    query = next && { ...inPath, ...next };
  }
}
