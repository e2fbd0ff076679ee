/** A place in a line; who stands at its head has its turn until it leaves. */
export interface Place {
  readonly name: string;
  leave(): void;
}

export interface Lines {
  /** Comes to the head of the line of that name, or rejects with the signal's reason. */
  enter(name: string, signal: AbortSignal): Promise<Place>;
}

/** First come, first served: of many that wait for the same thing only one looks again and again. */
export function createLines(): Lines {
  const lines = new Map<string, (() => void)[]>();
  return {
    async enter(name, signal) {
      signal.throwIfAborted();
      const line = lines.get(name) ?? [];
      lines.set(name, line);
      const { promise, resolve } = Promise.withResolvers<void>();
      line.push(resolve);
      if (line[0] === resolve) resolve();
      const leave = (): void => {
        const at = line.indexOf(resolve);
        if (at < 0) return;
        line.splice(at, 1);
        if (line.length === 0) lines.delete(name);
        else if (at === 0) line[0]?.();
      };
      const giveUp = (): void => resolve();
      signal.addEventListener("abort", giveUp, { once: true });
      await promise;
      signal.removeEventListener("abort", giveUp);
      if (signal.aborted) leave();
      signal.throwIfAborted();
      return { name, leave };
    },
  };
}
