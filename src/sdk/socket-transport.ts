import { request as httpRequest, type IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import { TuttiError } from "../core/error.ts";
import type { Transport } from "./client.ts";

/** Tells the host in which folder the caller works, percent-encoded. */
export const folderHeader = "tutti-folder";

/** Speaks HTTP over the local socket of a host. `host.unreachable` where nobody listens. */
export function socketTransport(socketPath: string, { folder }: { folder?: string } = {}): Transport {
  return async (request) => {
    const body = request.body ? Buffer.from(await request.arrayBuffer()) : undefined;
    const url = new URL(request.url);
    return new Promise<Response>((resolve, reject) => {
      const sent = httpRequest(
        {
          socketPath,
          // A connection that is kept may lead to a host that has ended, though a new one listens on the same path.
          agent: false,
          method: request.method,
          path: url.pathname + url.search,
          headers: {
            host: "localhost",
            ...(folder === undefined ? {} : { [folderHeader]: encodeURIComponent(folder) }),
            ...Object.fromEntries(request.headers),
            ...(body ? { "content-length": body.byteLength } : {}),
          },
          signal: request.signal,
        },
        (answer) => {
          // A host that dies in the middle ends the stream with an error, which the reader of the body gets.
          const stream = Readable.toWeb(answer) as ReadableStream<Uint8Array>;
          resolve(new Response(stream, { status: answer.statusCode ?? 500, headers: headersOf(answer) }));
        },
      );
      sent.on("error", (error) =>
        reject(request.signal.aborted ? request.signal.reason : unreachable(socketPath, error)),
      );
      sent.end(body);
    });
  };
}

/** What the reader of an answer may ask for; the rest is about the connection. */
function headersOf({ headers }: IncomingMessage): Record<string, string> {
  const { "content-type": contentType = "application/json", link, "retry-after": retryAfter } = headers;
  return {
    "content-type": contentType,
    ...(typeof link === "string" ? { link } : {}),
    ...(retryAfter === undefined ? {} : { "retry-after": retryAfter }),
  };
}

function unreachable(path: string, cause: Error): TuttiError {
  return new TuttiError("host.unreachable", `the host of this data folder does not answer on ${path}`, {
    cause,
    hint: "It may just have ended: try again. `tutti doctor` looks further.",
  });
}
