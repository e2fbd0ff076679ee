import { hash } from "node:crypto";
import { TuttiError } from "../../../core/error.ts";
import type { Clock } from "../../../core/clock.ts";
import type { Route, RouteAnswer, RouteRequest } from "../../../core/route.ts";
import { asMessage, malformed, type Message } from "../wire/field.ts";
import type { ProtobufCodec } from "../wire/protobuf.ts";
import { signalNames, signals, type Signal } from "../wire/signal.ts";
import { behind, busy, formOf, refusalFor, refusalReply, successReply, type Form } from "./reply.ts";
import { takeRequest, type Taken, type TakingOptions } from "./request.ts";

export interface ReceiverOptions extends TakingOptions {
  readonly clock: Clock;
  readonly protobuf: () => Promise<ProtobufCodec>;
  /** Hears what became of records. */
  readonly count: (signal: Signal, outcome: "accepted" | "rejected" | "repeated", records: number) => void;
}

// What the protocol recommends.
const mostBodyBytes = 67_108_864;
// Each may hold a body of that size; who comes beyond is told to come again.
const mostAtOnce = 8;
// Exporters send a request again whose answer they have not seen, within minutes.
const remembered = 1_000;

/** Where other programs send what they tell, as OTLP over HTTP. */
export function createReceiver(options: ReceiverOptions): readonly Route[] {
  const receiver = new Receiver(options);
  return signalNames.map((signal) => ({
    name: `otlp.${signal}`,
    summary: `Takes ${signal} of other programs`,
    method: "POST",
    path: signals[signal].path,
    role: "operator",
    mostBodyBytes,
    handle: (request) => receiver.handle(signal, request),
  }));
}

class Receiver {
  readonly #options: ReceiverOptions;
  /** By the digests of requests, the last ones; one that comes again gets the same answer and is not taken again. */
  readonly #seen = new Map<string, Promise<Taken | null>>();
  #open = 0;

  constructor(options: ReceiverOptions) {
    this.#options = options;
  }

  async handle(signal: Signal, request: RouteRequest): Promise<RouteAnswer> {
    const form = formOf(request.header("content-type"));
    const writing = { form: form ?? "json", protobuf: this.#options.protobuf } as const;
    if (this.#open >= mostAtOnce) return refusalReply(busy, `${mostAtOnce} requests are worked on already`, writing);
    this.#open += 1;
    try {
      if (form === null) throw unsupported(request.header("content-type"));
      const taken = await this.#takeOnce(signal, form, await request.body());
      if (taken === null) return await refusalReply(behind, "the store is behind; send it again", writing);
      return await successReply(signal, taken, writing);
    } catch (error) {
      const refusal = error instanceof TuttiError ? refusalFor(error.code) : null;
      if (refusal === null || !(error instanceof TuttiError)) throw error;
      return await refusalReply(refusal, error.message, writing);
    } finally {
      this.#open -= 1;
    }
  }

  async #takeOnce(signal: Signal, form: Form, body: Uint8Array): Promise<Taken | null> {
    const digest = `${signal} ${form} ${hash("sha1", body, "base64")}`;
    const before = this.#seen.get(digest);
    if (before) {
      const taken = await before;
      if (taken) this.#options.count(signal, "repeated", taken.accepted);
      return taken;
    }
    const taking = this.#take(signal, form, body);
    this.#seen.set(digest, taking);
    if (this.#seen.size > remembered) this.#seen.delete(this.#seen.keys().next().value ?? "");
    try {
      const taken = await taking;
      if (taken === null) this.#seen.delete(digest);
      return taken;
    } catch (error) {
      this.#seen.delete(digest);
      throw error;
    }
  }

  /** Null where the store had no room for all of it, or could not write. */
  async #take(signal: Signal, form: Form, body: Uint8Array): Promise<Taken | null> {
    const { store, clock, count } = this.#options;
    const request = form === "json" ? fromJson(body) : await this.#fromProtobuf(signal, body);
    const before = store.counts();
    const taken = await takeRequest(signal, request, {
      ...this.#options,
      receiving: { nowUs: clock.now() * 1_000 },
    });
    const after = store.counts();
    if (after.dropped > before.dropped || after.failed > before.failed) return null;
    count(signal, "accepted", taken.accepted);
    count(signal, "rejected", taken.rejected);
    return taken;
  }

  async #fromProtobuf(signal: Signal, body: Uint8Array): Promise<Message> {
    const codec = await this.#options.protobuf();
    try {
      return asMessage(codec.decode(signals[signal].request, body), "the request");
    } catch (error) {
      throw new TuttiError("request.malformed", `the body is no ${signals[signal].request} in protobuf`, {
        cause: error,
      });
    }
  }
}

function fromJson(body: Uint8Array): Message {
  try {
    return asMessage(JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body)), "the request");
  } catch (error) {
    if (error instanceof TuttiError) throw error;
    throw malformed(`the body is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function unsupported(contentType: string | undefined): TuttiError {
  const named = contentType === undefined ? "no content type" : `the content type ${contentType.slice(0, 100)}`;
  return new TuttiError(
    "request.unsupported",
    `${named} is not taken; send application/json or application/x-protobuf`,
  );
}
