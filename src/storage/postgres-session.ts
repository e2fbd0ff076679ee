import type pg from "pg";
import { TuttiError } from "../core/error.ts";
import type { Log } from "../core/log.ts";
import { connectionConfig, toStorageError } from "./postgres-connection.ts";

/**
 * One connection that is held for as long as its process lives: its advisory locks fall with its socket, so others see
 * a death at once. After a break it connects again, takes its locks again and tells `onReconnect`.
 */
export interface PostgresSession extends AsyncDisposable {
  lock(name: string): Promise<void>;
  /** Whether nobody holds the lock of that name. */
  isFree(name: string): Promise<boolean>;
  listen(channel: string, handle: (payload: string) => void): Promise<void>;
  notify(channel: string, payload: string): Promise<void>;
}

export interface SessionOptions {
  readonly url: string;
  readonly log: Log;
  onReconnect(): void;
}

const firstDelayMs = 100;
const longestDelayMs = 2_000;
// A server that answers nothing for so long is gone, whatever the socket says.
const longestSilenceMs = 10_000;

export async function openPostgresSession(options: SessionOptions): Promise<PostgresSession> {
  const session = new Session(options);
  await session.connect();
  return session;
}

class Session implements PostgresSession {
  readonly #options: SessionOptions;
  readonly #locks = new Set<string>();
  readonly #handlers = new Map<string, (payload: string) => void>();
  #client: pg.Client | null = null;
  #isClosed = false;

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  async connect(): Promise<void> {
    // Loaded where it is used: a tenth of what a start on SQLite would load.
    const { Client } = await import("pg").then(({ default: driver }) => driver);
    const client = new Client({ ...connectionConfig(this.#options.url), connectionTimeoutMillis: longestSilenceMs });
    client.on("notification", ({ channel, payload = "" }) => this.#handlers.get(channel)?.(payload));
    client.on("error", () => this.#broken(client));
    client.on("end", () => this.#broken(client));
    try {
      await client.connect();
      for (const name of this.#locks) await takeLock(client, name);
      for (const channel of this.#handlers.keys()) await client.query(`listen ${client.escapeIdentifier(channel)}`);
    } catch (error) {
      await client.end().catch(() => undefined); // it never was whole
      throw toStorageError(error);
    }
    this.#client = client;
  }

  async lock(name: string): Promise<void> {
    this.#locks.add(name);
    if (!this.#client) throw new TuttiError("storage.unavailable", "the session to Postgres is broken");
    await takeLock(this.#client, name);
  }

  async isFree(name: string): Promise<boolean> {
    // One statement is one transaction, so the lock is given back at once. Held by this very session it would count as
    // free, so nobody asks for its own.
    const rows = await this.#query("select pg_try_advisory_xact_lock(hashtextextended($1, 0)) as free", [name]);
    return rows[0]?.["free"] === true;
  }

  async listen(channel: string, handle: (payload: string) => void): Promise<void> {
    this.#handlers.set(channel, handle);
    await this.#query(`listen "${channel.replaceAll('"', "")}"`, []);
  }

  async notify(channel: string, payload: string): Promise<void> {
    await this.#query("select pg_notify($1, $2)", [channel, payload]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    const client = this.#client;
    this.#client = null;
    if (!client) return;
    const silence = setTimeout(() => hangUp(client), longestDelayMs);
    await client.end();
    clearTimeout(silence);
  }

  async #query(text: string, values: readonly string[]): Promise<Record<string, unknown>[]> {
    if (!this.#client) throw new TuttiError("storage.unavailable", "the session to Postgres is broken");
    const client = this.#client;
    const silence = setTimeout(() => hangUp(client), longestSilenceMs);
    try {
      const result = await client.query(text, [...values]);
      return result.rows as Record<string, unknown>[];
    } finally {
      clearTimeout(silence);
    }
  }

  #broken(client: pg.Client): void {
    if (this.#isClosed || this.#client !== client) return;
    this.#client = null;
    this.#options.log.warn("storage.session_lost", {});
    this.#reconnect(firstDelayMs);
  }

  #reconnect(delayMs: number): void {
    setTimeout(() => {
      if (this.#isClosed) return;
      this.connect().then(
        () => this.#options.onReconnect(),
        () => this.#reconnect(Math.min(delayMs * 2, longestDelayMs)),
      );
    }, delayMs).unref();
  }
}

/** Ends the socket without a goodbye, which nobody would hear; the client tells it as a broken connection. */
function hangUp(client: pg.Client): void {
  client.connection.stream.destroy();
}

/** Does not wait: the server may still hold it for the connection that broke, and then this is tried again. */
async function takeLock(client: pg.Client, name: string): Promise<void> {
  const result = await client.query("select pg_try_advisory_lock(hashtextextended($1, 0)) as taken", [name]);
  const [row] = result.rows as { taken: boolean }[];
  if (!row?.taken) throw new Error(`the lock ${name} is still held`);
}
