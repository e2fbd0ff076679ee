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
type Unsent = WithoutId<Request>;
type WithoutId<Kind> = Kind extends unknown ? Omit<Kind, "id"> : never;

// What is on its way is stored within this, or lost: who ends has waited for it before.
const closeMs = 500;
// A thread that cannot live would cost a beginning with every batch.
const restMs = 10_000;

/** Has the file in a thread. A thread that died takes what it was asked with it; another one begins after a while. */
export function openThread(options: KeeperOptions): Keeper {
  const { path, clock } = options;
  let worker: Correspondent | undefined;
  let restUntil = 0;

  async function send(request: Unsent): Promise<Reply> {
    if (worker === undefined && clock.now() < restUntil) throw gone(path);
    worker ??= begin(options, () => {
      worker = undefined;
      restUntil = clock.now() + restMs;
    });
    return await worker.send(request);
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
    async [Symbol.asyncDispose]() {
      if (worker === undefined) return;
      const ended = worker;
      const late = Promise.withResolvers<void>();
      const withdraw = clock.after(closeMs, late.resolve);
      await Promise.race([ended.send({ type: "close" }).catch(() => undefined), late.promise]);
      withdraw();
      await ended.end();
    },
  };
}

/** A thread that answers each request once. */
interface Correspondent {
  send(request: Unsent): Promise<Reply>;
  end(): Promise<unknown>;
}

function begin({ path, sample, log }: KeeperOptions, ended: () => void): Correspondent {
  // The same folder holds the worker as .ts in a clone and as .js in the package.
  const file = new URL(`./telemetry-worker${extname(import.meta.url)}`, import.meta.url);
  const data: ThreadData = { path, sample };
  const worker = new Worker(file, { workerData: data, stdin: false });
  const waiting = new Map<number, Waiting>();
  let lastId = 0;

  function settle(id: number, how: (waiting: Waiting) => void): void {
    const one = waiting.get(id);
    waiting.delete(id);
    // Only who waits for an answer keeps the process alive.
    if (waiting.size === 0) worker.unref();
    if (one !== undefined) how(one);
  }

  worker.on("message", (reply: Reply) => {
    if (reply.type === "log") log[reply.level](reply.event, reply.fields);
    else settle(reply.id, ({ resolve }) => resolve(reply));
  });
  worker.on("error", (error) => log.warn("telemetry.thread_failed", { error: String(error) }));
  worker.on("exit", () => {
    ended();
    for (const id of waiting.keys()) settle(id, ({ reject }) => reject(gone(path)));
  });
  return {
    send(request) {
      worker.ref();
      const id = ++lastId;
      const { promise, resolve, reject } = Promise.withResolvers<Reply>();
      waiting.set(id, { resolve, reject });
      worker.postMessage({ ...request, id });
      return promise;
    },
    end: () => worker.terminate(),
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
