import type { Log } from "../core/log.ts";
import type { Connection, ConnectOptions } from "../sdk/connection.ts";
import { createCommandLog } from "./command-log.ts";
import type { Interrupt } from "./interrupt.ts";
import { createOutput, type Output, type Streams } from "./output.ts";
import type { Product } from "./product.ts";

/** How a command was called, beyond its own input. */
export interface Invocation {
  readonly isJson: boolean;
  readonly isVerbose: boolean;
  readonly output: Output;
  readonly log: Log;
  readonly interrupt: Interrupt;
  /** Settings that `--set` made. */
  readonly settings: Readonly<Record<string, string>>;
  /** Where answers come from; null where nobody may be asked: no terminal on both sides, CI, `--yes`, `--json` … */
  readonly answers: NodeJS.ReadableStream | null;
  /** `--yes` was given. */
  readonly isSure: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
  open(options: OpenOptions): Promise<Connection | null>;
  /** The data folder; where there is none it is made for who writes, and null for who reads. */
  dataFolder(options: { readonly write: boolean }): Promise<string | null>;
}

type Asked = "takeRuns" | "write" | "isWorkerAlone" | "concurrency" | "asClientOnly" | "serve";

export interface OpenOptions extends Pick<ConnectOptions, Asked> {
  /** It may take up a single run later on. */
  readonly mayTakeUp?: boolean;
  /** Settings that the command's own flags make, beside `--set`. */
  readonly flags?: Readonly<Record<string, string>>;
  /** Where the host's log goes, if not to this command's standard error. */
  readonly log?: Log;
}

/** What a program runs in: the product that it shows, and where its words go. */
export interface Surroundings {
  readonly product: Product;
  readonly streams: Streams;
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly interrupt: Interrupt;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Hears, until it is disposed, that the process is being ended, and by which error if by one; gives the exit code. */
  onExit(listener: (uncaught: unknown) => number): Disposable;
}

/** Of the flags that every command takes, those that outlive the reading of the command line. */
export interface Everywhere {
  readonly mayAsk: boolean;
  readonly isSure: boolean;
  readonly settings: Readonly<Record<string, string>>;
}

export function createInvocation(
  options: Readonly<Record<string, unknown>>,
  surroundings: Surroundings,
  { mayAsk, isSure, settings }: Everywhere = { mayAsk: false, isSure: false, settings: {} },
): Invocation {
  const { product, streams, interrupt, environment } = surroundings;
  const isVerbose = options["verbose"] === true;
  const isJson = options["json"] === true;
  const color = (options["color"] ?? "auto") as "auto" | "always" | "never";
  const output = createOutput({ isQuiet: options["quiet"] === true, color, environment, streams });
  const log = createCommandLog(output, isVerbose);
  return {
    isJson,
    isVerbose,
    interrupt,
    settings,
    output,
    log,
    isSure,
    answers: mayAsk && !isJson && isTerminal(surroundings) ? surroundings.stdin : null,
    environment,
    dataFolder: (how) => product.dataFolder({ cwd: process.cwd(), environment }, how),
    async open({ flags: ownFlags = {}, log: ownLog = log, ...wanted }) {
      await using stack = new AsyncDisposableStack();
      // A process that holds runs has to hand them back, so a signal no longer ends it by itself.
      if (wanted.takeRuns || wanted.mayTakeUp) stack.use(interrupt.hold());
      const stop = { interrupted: interrupt.signal, hurried: interrupt.again };
      const given = { environment, flags: { ...settings, ...ownFlags }, log: ownLog };
      const connection = await product.connect({ cwd: process.cwd(), ...given, ...stop, ...wanted });
      if (connection) stack.use(connection);
      interrupt.signal.throwIfAborted();
      if (connection?.mode === "client" && Object.keys(settings).length > 0) {
        output.complain(
          "Another process hosts this folder, and it goes by its own settings: --set changes nothing here.",
        );
      }
      const held = stack.move();
      return connection && { ...connection, [Symbol.asyncDispose]: () => held.disposeAsync() };
    },
  };
}

// Both sides: a question in a pipe is never seen, an answer from one was never meant.
function isTerminal({ stdin, streams, environment }: Surroundings): boolean {
  return Boolean(stdin.isTTY) && Boolean(streams.stdout.isTTY) && !environment["CI"];
}
