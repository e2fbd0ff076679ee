import { createHash, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A registry of one model, `library/pulled`, from which a real Ollama pulls over plain HTTP. */
export interface OllamaRegistry extends AsyncDisposable {
  /** What to ask a server for, insecurely. */
  readonly name: string;
  readonly url: string;
  /** The first byte of each request for the large layer: where a resumed pull begins. */
  readonly starts: readonly number[];
  /** Stops in the middle of the large layer until the connection is closed. */
  hangAtHalf(isHanging: boolean): void;
  /** Sends other bytes than the hash is of. */
  damage(isDamaged: boolean): void;
}

/** A content that no server has, in a file that it can read: behind the end of the weights nobody looks. */
export function freshWeights(file: string): Buffer {
  return Buffer.concat([readFileSync(file), randomBytes(32)]);
}

interface State {
  readonly blobs: ReadonlyMap<string, Buffer>;
  readonly manifest: string;
  readonly starts: number[];
  isHanging: boolean;
  isDamaged: boolean;
  port: number;
}

// Below this a blob is one of the small ones around the weights.
const largeBytes = 100_000;

export async function startOllamaRegistry(weights: Buffer): Promise<OllamaRegistry> {
  const config = Buffer.from(JSON.stringify({ model_format: "gguf", model_family: "bert", model_families: ["bert"] }));
  const layer = { mediaType: "application/vnd.ollama.image.model", digest: hash(weights), size: weights.length };
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: "application/vnd.docker.distribution.manifest.v2+json",
    config: {
      mediaType: "application/vnd.docker.container.image.v1+json",
      digest: hash(config),
      size: config.length,
    },
    layers: [layer],
  });
  const blobs = new Map([
    [hash(weights), weights],
    [hash(config), config],
  ]);
  const state: State = { blobs, manifest, starts: [], isHanging: false, isDamaged: false, port: 0 };
  const server = createServer((request, response) => answer(state, request, response));
  // On both stacks: the redirect names localhost.
  await new Promise<void>((resolve) => server.listen(0, resolve));
  state.port = (server.address() as AddressInfo).port;
  return {
    name: `127.0.0.1:${state.port}/library/pulled`,
    url: `http://127.0.0.1:${state.port}/library/pulled`,
    starts: state.starts,
    hangAtHalf: (isHanging) => void (state.isHanging = isHanging),
    damage: (isDamaged) => void (state.isDamaged = isDamaged),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function answer(state: State, request: IncomingMessage, response: ServerResponse): void {
  const { url = "", headers, method } = request;
  if (url === "/v2/library/pulled/manifests/latest") {
    response.writeHead(200, { "content-type": "application/vnd.docker.distribution.manifest.v2+json" });
    return void response.end(state.manifest);
  }
  const blob = state.blobs.get(url.split("/blobs/")[1] ?? "");
  if (!blob) return void response.writeHead(404, { "content-type": "application/json" }).end('{"errors":[]}');
  // Ollama wants to be sent on to another host for the bytes; without that it gives up.
  if (method === "GET" && headers.host?.startsWith("127.0.0.1")) {
    return void response.writeHead(307, { location: `http://localhost:${state.port}${url}` }).end();
  }
  sendBlob(state, { blob, range: headers.range, isHead: method === "HEAD" }, response);
}

function sendBlob(
  state: State,
  { blob, range = "", isHead }: { blob: Buffer; range: string | undefined; isHead: boolean },
  response: ServerResponse,
): void {
  const [, from = "0", to] = /bytes=(\d+)-(\d+)?/.exec(range) ?? [];
  const start = Number(from);
  const end = to === undefined ? blob.length : Number(to) + 1;
  response.writeHead(range === "" ? 200 : 206, {
    "content-length": end - start,
    "accept-ranges": "bytes",
    ...(range === "" ? {} : { "content-range": `bytes ${start}-${end - 1}/${blob.length}` }),
  });
  if (isHead) return void response.end();
  const isLarge = blob.length > largeBytes;
  if (isLarge) state.starts.push(start);
  const bytes = state.isDamaged && isLarge ? Buffer.alloc(end - start, 1) : blob.subarray(start, end);
  if (state.isHanging && isLarge) response.write(bytes.subarray(0, Math.floor(bytes.length / 2)));
  else response.end(bytes);
}

function hash(bytes: Buffer): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}
