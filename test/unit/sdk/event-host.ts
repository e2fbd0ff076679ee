import type { ServerResponse } from "node:http";
import { serve, type Heard, type WebHost } from "./web-host.ts";

export interface Numbered {
  readonly sequence: number;
  readonly type: string;
}

export const frame = (event: Numbered): string => `id: ${event.sequence}\ndata: ${JSON.stringify(event)}\n\n`;

/** A host that tells a stored log as `GET /api/events/stream` does; it can die, cutting what it says, and come back. */
export class EventHost implements AsyncDisposable {
  readonly log: Numbered[] = [];
  readonly heard: Heard[] = [];
  readonly #open = new Set<ServerResponse>();
  #host: WebHost | null = null;
  #port = 0;

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get readers(): number {
    return this.#open.size;
  }

  async start(): Promise<this> {
    this.#host = await serve((heard, response) => this.#answer(heard, response), this.#port);
    this.#port = this.#host.port;
    return this;
  }

  /** Stored, and told to who listens now. */
  emit(type = "tutti.made.up"): void {
    const event = { sequence: this.log.length + 1, type };
    this.log.push(event);
    this.say(frame(event));
  }

  say(text: string): void {
    for (const response of this.#open) response.write(text);
  }

  /** Ends in the middle of a word, where one is given: what was begun is told to nobody. */
  async die(lastWords = ""): Promise<void> {
    this.say(lastWords);
    this.#open.clear();
    await this.#host?.[Symbol.asyncDispose]();
    this.#host = null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.die();
  }

  #answer(heard: Heard, response: ServerResponse): void {
    this.heard.push(heard);
    const after = heard.headers["last-event-id"] ?? new URL(heard.path, this.url).searchParams.get("after");
    response.writeHead(200, { "content-type": "text/event-stream" });
    const from = after === null ? this.log.length : Number(after);
    const began = { sequence: from, type: "tutti.tail.began" };
    response.write(`:\n\n${after === null ? frame(began) : ""}${this.log.slice(from).map(frame).join("")}`);
    this.#open.add(response);
    response.once("close", () => this.#open.delete(response));
  }
}
