import { TuttiError } from "../core/error.ts";
import { exitCodes } from "./exit-code.ts";

/** Ctrl-C and its kin. They count while somebody holds them; else they end the process as they end any other. */
export interface Interrupt {
  /** Aborts at the first signal: finish in good order. */
  readonly signal: AbortSignal;
  /** Aborts at the second: somebody means it, so hand back what is held and go. */
  readonly again: AbortSignal;
  /** The number of the first signal as shells show it, 128 and the signal. */
  exitCode(): number;
  /** Resolves at the first signal. */
  readonly happened: Promise<void>;
  /** The same, counting until it is disposed. */
  hold(): Interrupt & Disposable;
}

const exitCodeOf = {
  SIGINT: exitCodes.interrupted,
  SIGTERM: exitCodes.terminated,
  SIGHUP: exitCodes.hungUp,
} as const;
const signals = Object.keys(exitCodeOf) as (keyof typeof exitCodeOf)[];

// How long a process that was told twice has to hand its runs back. What it still holds then counts as a death.
const lastWordsMs = 1_000;

/** Where signals come from, and how a process ends that does not come to its end by itself. */
export interface SignalSource {
  on(name: NodeJS.Signals, listener: (name: NodeJS.Signals) => void): unknown;
  off(name: NodeJS.Signals, listener: (name: NodeJS.Signals) => void): unknown;
  exit(code: number): void;
}

export function createInterrupt(source: SignalSource): Interrupt {
  const first = new AbortController();
  const second = new AbortController();
  const { promise: happened, resolve } = Promise.withResolvers<void>();
  let exitCode: number = exitCodes.interrupted;
  let holders = 0;
  const handle = (name: NodeJS.Signals): void => {
    if (second.signal.aborted) return source.exit(exitCode);
    if (first.signal.aborted) {
      second.abort(new TuttiError("run.cancelled", "interrupted twice"));
      setTimeout(() => source.exit(exitCode), lastWordsMs).unref();
      return;
    }
    exitCode = exitCodeOf[name as keyof typeof exitCodeOf];
    first.abort(new TuttiError("run.cancelled", "interrupted"));
    resolve();
  };
  const interrupt: Interrupt = {
    signal: first.signal,
    again: second.signal,
    exitCode: () => exitCode,
    happened,
    hold() {
      if (holders++ === 0) for (const name of signals) source.on(name, handle);
      const letGo = (): void => {
        if (--holders === 0) for (const name of signals) source.off(name, handle);
      };
      return { ...interrupt, [Symbol.dispose]: letGo };
    },
  };
  return interrupt;
}

/** Waits for so long, or until the signal. */
export async function pause(ms: number, { happened }: Pick<Interrupt, "happened">): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  await Promise.race([promise, happened]);
  clearTimeout(timer);
}
