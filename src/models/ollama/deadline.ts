import type { Clock } from "../../core/clock.ts";
import { formatMs } from "../../core/duration.ts";
import { TuttiError } from "../../core/error.ts";
import { aborted } from "../abort.ts";

export interface DeadlineLimits {
  readonly clock: Clock;
  /** The caller's signal. */
  readonly signal: AbortSignal;
  /** Who is waited for, to name it in the message. */
  readonly what: string;
  readonly totalMs: number;
  readonly firstTokenMs?: number | undefined;
}

/** One signal for a call: the caller's abort, the time to the first token, and the whole time. Its reason is a TuttiError. */
export interface Deadline extends Disposable {
  readonly signal: AbortSignal;
  /** The first token came. */
  started(): void;
}

export function startDeadline(limits: DeadlineLimits): Deadline {
  const { clock, signal, what } = limits;
  const controller = new AbortController();
  const expire = (key: string, ms: number): void => controller.abort(tooLate(what, key, ms));
  const abort = (): void => controller.abort(aborted(what, signal.reason));
  const withdraw = [clock.after(limits.totalMs, () => expire("timeout", limits.totalMs))];
  const { firstTokenMs } = limits;
  const started =
    firstTokenMs === undefined ? ignore : clock.after(firstTokenMs, () => expire("firstTokenTimeout", firstTokenMs));
  withdraw.push(started);
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort, { once: true });
  return {
    signal: controller.signal,
    started,
    [Symbol.dispose]() {
      for (const timer of withdraw) timer();
      signal.removeEventListener("abort", abort);
    },
  };
}

function tooLate(what: string, key: string, ms: number): TuttiError {
  const first = key === "firstTokenTimeout";
  return new TuttiError(
    "model.unreachable",
    `${what} did not ${first ? "begin to answer" : "finish"} within ${formatMs(ms)}`,
    {
      // Ollama 0.17 can leak a model's only slot when a client hangs up in the middle of an answer: then every later call
      // waits for ever, until the model is unloaded (seen in about 1 of 400 aborts of a very fast model).
      hint: `If it is slow, raise models.${key} in tutti.yaml; if it is stuck, \`ollama stop\` unloads the model.`,
      data: { deadline: key, ms },
    },
  );
}

const ignore = (): void => undefined;
