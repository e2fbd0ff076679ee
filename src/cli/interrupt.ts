import { TuttiError } from "../core/error.ts";
import { exitCodes } from "./exit-code.ts";

/** Ctrl-C and its kin, for as long as it is in use. */
export interface Interrupt extends Disposable {
  readonly signal: AbortSignal;
  /** 130 for Ctrl-C and a closed terminal; a service that is told to stop (SIGTERM) has ended well. */
  readonly exitCode: number;
  /** Resolves at the first signal. */
  readonly happened: Promise<void>;
}

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Where signals come from: the process. */
export interface SignalSource {
  on(name: NodeJS.Signals, listener: (name: NodeJS.Signals) => void): unknown;
  off(name: NodeJS.Signals, listener: (name: NodeJS.Signals) => void): unknown;
}

export function onInterrupt(source: SignalSource): Interrupt {
  const controller = new AbortController();
  const { promise, resolve } = Promise.withResolvers<void>();
  let exitCode: number = exitCodes.interrupted;
  const handle = (name: NodeJS.Signals): void => {
    // The second time somebody means it.
    if (controller.signal.aborted) process.exit(exitCodes.interrupted);
    if (name === "SIGTERM") exitCode = exitCodes.ok;
    controller.abort(new TuttiError("run.cancelled", "interrupted"));
    resolve();
  };
  for (const name of signals) source.on(name, handle);
  return {
    signal: controller.signal,
    get exitCode() {
      return exitCode;
    },
    happened: promise,
    [Symbol.dispose]() {
      for (const name of signals) source.off(name, handle);
    },
  };
}

/** Waits for so long, or until the signal. */
export async function pause(ms: number, { happened }: Interrupt): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  await Promise.race([promise, happened]);
  clearTimeout(timer);
}
