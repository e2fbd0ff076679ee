import type { ServerResponse } from "node:http";

export interface RegistryLayer {
  readonly digest: string;
  readonly size: number;
}

/** A model that a pull can get. */
export interface RegistryModel {
  readonly layers: readonly RegistryLayer[];
  /** Of the manifest. */
  readonly digest: string;
  /** The server says this in the middle of the first layer, at half of its bytes. */
  readonly error?: string;
  /** Stops there and waits for the client to hang up. */
  readonly hang?: boolean;
}

export interface PullState {
  /** By name with its tag; what is not there does not exist. */
  registry: Readonly<Record<string, RegistryModel>>;
  /** Bytes of a layer that an earlier pull has left. */
  readonly partial: Map<string, number>;
}

/** The models of a server, as far as keeping them goes. */
export interface ModelStore<Model extends { readonly name: string }> {
  readonly pulls: PullState;
  find(name: unknown): Model | undefined;
  put(model: Model | { readonly name: string; readonly digest: string; readonly sizeBytes: number }): void;
  drop(model: Model): void;
  unload(model: Model): void;
}

/** What the routes do that get models, delete, copy and unload them. */
export function keepModels<Model extends { readonly name: string }>(
  route: string,
  body: Readonly<Record<string, unknown>>,
  { response, store }: { readonly response: ServerResponse; readonly store: ModelStore<Model> },
): void {
  if (route === "POST /api/pull") return pull(body, response, store);
  const named = body["source"] ?? body["model"];
  const found = store.find(named);
  if (!found) return send(response, 404, { error: `model '${String(named)}' not found` });
  // The one use that is made of /api/generate: an empty prompt with `keep_alive` 0.
  if (route === "POST /api/generate") {
    store.unload(found);
    return send(response, 200, { model: named, response: "", done: true, done_reason: "unload" });
  }
  if (route === "DELETE /api/delete") store.drop(found);
  else store.put({ ...found, name: String(body["destination"]) });
  response.writeHead(200).end();
}

function pull<Model extends { readonly name: string }>(
  body: Readonly<Record<string, unknown>>,
  response: ServerResponse,
  store: ModelStore<Model>,
): void {
  const given = String(body["model"]);
  if (/\s/.test(given)) return send(response, 400, { error: "invalid model name" });
  const plain = given.replace(/^https?:\/\//, "");
  const name = /:[^/]*$/.test(plain) ? plain : `${plain}:latest`;
  playPull(store.pulls, name, {
    response,
    onDone({ digest, layers }) {
      store.put({ name, digest, sizeBytes: layers.reduce((sum, { size }) => sum + size, 0) });
    },
  });
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

const stepsPerLayer = 10;

/**
 * A pull as 0.17.4 was seen to answer it: always status 200 with lines of NDJSON; a layer that is there in part begins where
 * it had stopped, one that is whole comes complete at once; the end is verified, written and told.
 */
function playPull(
  state: PullState,
  name: string,
  { response, onDone }: { response: ServerResponse; onDone: (model: RegistryModel) => void },
): void {
  const line = (fields: object): void => void response.write(`${JSON.stringify(fields)}\n`);
  const fail = (error: string): void => void response.end(`${JSON.stringify({ error })}\n`);
  response.writeHead(200, { "content-type": "application/x-ndjson" });
  line({ status: "pulling manifest" });
  const model = state.registry[name];
  if (!model) return fail("pull model manifest: file does not exist");
  for (const [index, { digest, size }] of model.layers.entries()) {
    const status = `pulling ${digest.replace("sha256:", "").slice(0, 12)}`;
    const before = state.partial.get(digest) ?? 0;
    const step = size / stepsPerLayer;
    for (let done = Math.min(size, before === size ? size : before + step); ; done = Math.min(size, done + step)) {
      state.partial.set(digest, done);
      line({ status, digest, total: size, completed: done });
      const isHalf = index === 0 && done >= size / 2 && done < size;
      if (isHalf && model.error !== undefined) return fail(model.error);
      if (isHalf && model.hang) return;
      if (done === size) break;
    }
  }
  line({ status: "verifying sha256 digest" });
  line({ status: "writing manifest" });
  line({ status: "success" });
  onDone(model);
  response.end();
}
