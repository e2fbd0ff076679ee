import type { AnyOperation } from "../core/operation.ts";
import type { Log } from "../core/log.ts";
import type { Client } from "./client.ts";

export interface ConnectOptions {
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly flags: Readonly<Record<string, unknown>>;
  /** Take up the open runs of the folder, if this process becomes its host. */
  readonly takeRuns: boolean;
  /** Make the data folder where there is none; a command that only reads gets null there. */
  readonly write: boolean;
  /** This process only works; where the database is shared it needs no lock of the folder. */
  readonly isWorkerAlone?: boolean | undefined;
  readonly concurrency?: number | undefined;
  /** The caller is about to leave: what only waits gives up. */
  readonly interrupted?: AbortSignal | undefined;
  /** The caller leaves now: the end of the connection drops running steps and only hands the runs back. */
  readonly hurried?: AbortSignal | undefined;
  /** Only if another process hosts the folder; null where none does. */
  readonly asClientOnly?: boolean | undefined;
  /** If this process becomes the host: serve the API and the web UI, too. */
  readonly serve?: boolean | undefined;
  readonly log: Log;
}

/** What a process serves beside the folder's socket, and what it waits for. */
export interface Served {
  readonly url: string;
  /** The address it listens on; `url` is what this machine calls it by. */
  readonly host: string;
  /** Another one than that of `url` where that was taken; 0: any. */
  readonly wantedPort: number;
  readonly tokenFile: string;
  readonly bootMs: number;
  /** What the process says of itself here is kept, and found again by `tutti logs`. */
  readonly log: Log;
  /** A link that opens a session in a browser, once. */
  createLink(path?: string): string;
  /** Resolves when the process is to end, and rejects where it has nothing to serve any more. */
  readonly ended: Promise<ServedEnd>;
}

/** Somebody has told it to; or the settings have changed, and it is to start anew, on the same port unless that is what has changed. */
export type ServedEnd = { readonly kind: "told" } | { readonly kind: "settings"; readonly port: number | null };

/** A way to a data folder: this process is its host, or the client of the one that is. */
export interface Connection extends AsyncDisposable {
  readonly client: Client;
  readonly mode: "host" | "client";
  readonly operations: readonly AnyOperation[];
  readonly home: string;
  /** How long steps may take to end after a cancel or a stop, milliseconds. */
  readonly graceMs: number;
  /** A host works on this one run from now on and on none that it finds beside it; false where others work. */
  takeUp(run: string): Promise<boolean>;
  /** Resolves once nothing can run now; waits do not count. Only a host knows. */
  whenIdle(): Promise<void>;
  /** Resolves once nothing can run, now or later, without a person or an event. Only a host knows. */
  whenDone(): Promise<void>;
  /** Null where this process was not told to serve, or is a client. */
  readonly served: Served | null;
  /** The one place behind the host; null where another process has it. */
  standBy(): Disposable | null;
}
