import { TuttiError } from "../core/error.ts";

/**
 * An operation that tells how it comes along. Iterate it for the progress, await `result` for what it ends with; leaving
 * the loop ends the request, and `result` then rejects with an AbortError. The request is made when one of both is asked
 * for; who only wants the result need not iterate.
 */
export interface Following<Progress, Result> extends AsyncIterable<Progress, void, undefined> {
  readonly result: Promise<Result>;
}

export function createFollowing(source: AsyncGenerator<unknown, unknown>): Following<unknown, unknown> {
  const ended = Promise.withResolvers<unknown>();
  // Who iterates gets the error there and need not ask for the result.
  ended.promise.catch(() => undefined);
  let isTaken = false;
  const take = (): AsyncGenerator<unknown, void, undefined> => {
    if (isTaken) throw new TuttiError("usage.invalid", "an operation can be followed only once; its result was kept");
    isTaken = true;
    return tell(source, ended);
  };
  return {
    [Symbol.asyncIterator]: take,
    get result() {
      // In the same turn somebody may still begin to iterate.
      queueMicrotask(() => !isTaken && void drain(take()));
      return ended.promise;
    },
  };
}

async function* tell(
  source: AsyncGenerator<unknown, unknown>,
  ended: Pick<PromiseWithResolvers<unknown>, "resolve" | "reject">,
): AsyncGenerator<unknown, void, undefined> {
  try {
    for (;;) {
      const next = await source.next();
      if (next.done) return ended.resolve(next.value);
      yield next.value;
    }
  } catch (error) {
    ended.reject(error);
    throw error;
  } finally {
    await source.return(undefined);
    ended.reject(new DOMException("it was left before its end", "AbortError"));
  }
}

async function drain(progress: AsyncGenerator<unknown, void, undefined>): Promise<void> {
  try {
    while (!(await progress.next()).done);
  } catch {
    // `result` has it.
  }
}
