import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import { isErrorCode, TuttiError, type Failure } from "../../core/error.ts";
import { allFailed } from "./batch.ts";
import type { Keeper, KeeperOptions } from "./keeper.ts";
import type { Reply, Request, ThreadData } from "./message.ts";
import type { AnswerTo, ArgumentsOf, QuestionName } from "./question.ts";

interface Waiting {
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: Error) => void;
}

/** Without its number, which it gets when it is sent. */
type Unsent<Kind> = Kind extends unknown ? Omit<Kind, "id"> : never;

// What is on its way is stored within this, or lost: who ends has waited for it before.
const closeMs = 500;
// A thread that cannot live would cost a beginning with every batch.
const restMs = 10_000;

/** Has the file in a thread. A thread that died takes what it was asked with it; another one begins after a while. */
export function openThread({ path, sample, clock, log }: KeeperOptions): Keeper {
  const waiting = new Map<number, Waiting>();
  let worker: Worker | undefined;
  let lastId = 0;
  let restUntil = 0;

  function begin(): Worker {
    // The same folder holds the worker as .ts in a clone and as .js in the package.
    const file = new URL(`./telemetry-worker${extname(import.meta.url)}`, import.meta.url);
    const data: ThreadData = { path, sample };
    const begun = new Worker(file, { workerData: data, stdin: false });
    begun.on("message", (reply: Reply) => {
      if (reply.type === "log") log[reply.level](reply.event, reply.fields);
      else settle(reply.id, ({ resolve }) => resolve(reply));
    });
    begun.on("error", (error) => log.warn("telemetry.thread_failed", { error: String(error) }));
    begun.on("exit", () => {
      if (worker === begun) worker = undefined;
      restUntil = clock.now() + restMs;
      for (const id of waiting.keys()) settle(id, ({ reject }) => reject(gone(path)));
    });
    return begun;
  }

  function settle(id: number, how: (waiting: Waiting) => void): void {
    const one = waiting.get(id);
    waiting.delete(id);
    // Only who waits for an answer keeps the process alive.
    if (waiting.size === 0) worker?.unref();
    if (one !== undefined) how(one);
  }

  async function send(request: Unsent<Request>): Promise<Reply> {
    if (worker === undefined && clock.now() < restUntil) throw gone(path);
    worker ??= begin();
    worker.ref();
    const id = ++lastId;
    const { promise, resolve, reject } = Promise.withResolvers<Reply>();
    waiting.set(id, { resolve, reject });
    worker.postMessage({ ...request, id });
    return promise;
  }

  async function close(): Promise<void> {
    if (worker === undefined) return;
    const ended = worker;
    const late = Promise.withResolvers<void>();
    const withdraw = clock.after(closeMs, late.resolve);
    await Promise.race([send({ type: "close" }).catch(() => undefined), late.promise]);
    withdraw();
    await ended.terminate();
  }

  return {
    async ingest(batch) {
      try {
        const reply = await send({ type: "ingest", batch: JSON.stringify(batch) });
        if (reply.type === "stored") return reply.stored;
        return allFailed(batch, reply.type === "failed" ? reply.failure.message : "no answer");
      } catch (error) {
        // The thread has died, or the batch holds what JSON has no word for: nobody may fail for that.
        return allFailed(batch, error);
      }
    },
    async ask<Name extends QuestionName>(name: Name, ...given: ArgumentsOf<Name>) {
      const reply = await send({ type: "ask", name, given });
      if (reply.type === "failed") throw toError(reply.failure);
      return (reply.type === "answered" ? reply.answer : undefined) as AnswerTo<Name>;
    },
    [Symbol.asyncDispose]: close,
  };
}

function gone(path: string): TuttiError {
  return new TuttiError("storage.unavailable", `the thread that has ${path} open has ended`, { where: path });
}

function toError({ code, message, data }: Failure): TuttiError {
  const hint = typeof data === "object" && data !== null && "hint" in data ? String(data.hint) : undefined;
  const details = { ...(hint === undefined ? {} : { hint }), ...(data === undefined ? {} : { data }) };
  return new TuttiError(isErrorCode(code) ? code : "storage.unavailable", message, details);
}
