import { TuttiError } from "../core/error.ts";
import { systemRandom as random } from "../core/random.ts";
import type { Api } from "./api.ts";
import { createClient, type CallOptions, type Client } from "./client.ts";
import type { TuttiEvent } from "./event.ts";
import { readEvents, type EventsOptions } from "./events.ts";
import { fetchTransport, type Fetch } from "./fetch-transport.ts";
import { keysOfPath, type Input } from "./request.ts";
import { operationTable, type OperationRow } from "./table.ts";

export interface TuttiOptions {
  /** Where `tutti up` listens, such as `http://127.0.0.1:8863`. In a browser it may be left out: the page's own origin. */
  readonly url?: string;
  /** What is in `.tutti/token`. A page of `tutti up` itself needs none: its cookie goes along. */
  readonly token?: string;
  readonly fetch?: Fetch;
  /** How often what does no harm twice is tried again when the host is lost or says when to come back; 2 unless given. */
  readonly retries?: number;
}

/** Every operation of a host, by its name, and its events. */
export interface Tutti extends Api {
  /**
   * What happens, as it happens. The connection is made again whenever it is lost, without losing or doubling a stored event.
   * Ends when the loop is left or the signal is aborted.
   */
  events(options?: EventsOptions): AsyncGenerator<TuttiEvent, void, undefined>;
}

/**
 * Opens nothing: each call is a request of its own.
 *
 * ```ts
 * const tutti = createTutti({ url: "http://127.0.0.1:8863", token });
 * for await (const run of tutti.run.list.all({ status: "failed" })) console.log(run.id);
 * ```
 */
export function createTutti({ url, token, fetch = globalThis.fetch, retries = 2 }: TuttiOptions = {}): Tutti {
  const base = baseOf(url);
  const host = `the host at ${base}`;
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  // Called by itself: a browser's own `fetch` refuses to be the method of something else.
  const transport = fetchTransport((request) => fetch(request), host);
  const client = createClient(transport, operationTable, { base, host, headers, patience: { retries, random } });
  const events = (options: EventsOptions = {}): AsyncGenerator<TuttiEvent, void, undefined> =>
    readEvents({ transport, host, request: { base, headers }, random }, options);
  // The table and the types are made from the same operations, and a test holds the two together.
  return { ...methodsOf(client), events } as unknown as Tutti;
}

function baseOf(url: string | undefined): string {
  const given = url ?? (globalThis as { location?: { origin: string } }).location?.origin;
  if (given === undefined || !URL.canParse(given)) {
    throw new TuttiError("usage.invalid", given === undefined ? "the url is missing" : `"${given}" is not a url`, {
      hint: "Give the address that `tutti up` prints, such as http://127.0.0.1:8863.",
    });
  }
  const { origin, pathname } = new URL(given);
  return `${origin}${pathname.replace(/\/+$/, "")}`;
}

/** `run.list` becomes `list` in `run`; a name without a dot is a method itself. */
function methodsOf(client: Client): Record<string, unknown> {
  const rooms: Record<string, Record<string, unknown>> = {};
  const alone: Record<string, unknown> = {};
  for (const row of operationTable) {
    const [room = "", verb] = row.name.split(".");
    if (verb === undefined) alone[room] = methodOf(client, row);
    else rooms[room] = { ...rooms[room], [verb]: methodOf(client, row) };
  }
  return { ...rooms, ...alone };
}

type Given = Input | string | undefined;

function methodOf(client: Client, { name, path, kind }: OperationRow): unknown {
  const [key] = keysOfPath(path);
  const toInput = (given: Given): Input => {
    if (typeof given !== "string") return given ?? {};
    if (key === undefined) throw new TuttiError("usage.invalid", `the input of ${name} is an object`);
    return { [key]: given };
  };
  if (kind === "stream") return (given: Given, options?: CallOptions) => client.follow(name, toInput(given), options);
  const call = (given: Given, options?: CallOptions): Promise<unknown> => client.call(name, toInput(given), options);
  if (kind === "call") return call;
  const pages = (given: Given, options?: CallOptions) => client.pages(name, toInput(given), options);
  return Object.assign(call, { pages, all: (given: Given, options?: CallOptions) => entries(pages(given, options)) });
}

async function* entries(pages: AsyncIterable<readonly unknown[]>): AsyncGenerator<unknown, void, undefined> {
  for await (const page of pages) yield* page;
}
