import type { Transport } from "./client.ts";
import { lost } from "./lost.ts";

export type Fetch = (request: Request) => Promise<Response>;

/** Speaks HTTP with a host anywhere, in Node and in a browser. */
export function fetchTransport(fetch: Fetch, host: string): Transport {
  return async (request) => {
    try {
      return await fetch(request);
    } catch (error) {
      request.signal.throwIfAborted();
      throw lost(host, "does not answer", error);
    }
  };
}
