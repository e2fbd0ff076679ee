import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What a request was: method, path with query, headers, and its body. */
export interface Heard {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

export type Answer = (heard: Heard, response: ServerResponse, times: number) => void;

export interface WebHost extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly heard: readonly Heard[];
}

/** A real HTTP server that answers as it is told; `times` counts its requests from 1. Its end cuts every connection. */
export async function serve(answer: Answer, port = 0): Promise<WebHost> {
  const heard: Heard[] = [];
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on("data", (piece: Buffer) => pieces.push(piece));
    request.on("end", () => {
      const { method = "", url: path = "", headers } = request;
      const entry = { method, path, headers, body: Buffer.concat(pieces).toString() };
      heard.push(entry);
      answer(entry, response, heard.length);
    });
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen(port, "127.0.0.1", resolve);
  await promise;
  const address = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${address.port}`,
    port: address.port,
    heard,
    async [Symbol.asyncDispose]() {
      const closed = Promise.withResolvers<void>();
      server.close(() => closed.resolve());
      server.closeAllConnections();
      await closed.promise;
    },
  };
}

export function json(response: ServerResponse, body: unknown, headers: Readonly<Record<string, string>> = {}): void {
  response.writeHead(200, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
}

/** An error as the server tells it: problem details. */
export function problem(
  response: ServerResponse,
  status: number,
  {
    headers = {},
    ...members
  }: { readonly headers?: Readonly<Record<string, string>>; readonly [key: string]: unknown },
): void {
  const body = {
    title: "It failed",
    status,
    detail: "it failed",
    hint: null,
    where: null,
    retryable: false,
    ...members,
  };
  response.writeHead(status, { "content-type": "application/problem+json", ...headers }).end(JSON.stringify(body));
}

export async function collect<Value>(source: AsyncIterable<Value>): Promise<Value[]> {
  const values: Value[] = [];
  for await (const value of source) values.push(value);
  return values;
}
