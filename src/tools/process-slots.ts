import type { EffectInterceptor, EffectSpec } from "../core/verb.ts";

/** Bounds how many programs run at once: a hundred runs that each start a compiler would stop the machine. */
export function createProcessSlots(most: number): EffectInterceptor {
  const slots = new Slots(most);
  return {
    name: "process slots",
    async around({ signal }, spec, next) {
      if (!startsProgram(spec)) return next();
      await slots.take(signal);
      try {
        return await next();
      } finally {
        slots.giveBack();
      }
    },
  };
}

function startsProgram({ kind, input }: EffectSpec): boolean {
  if (kind === "shell") return true;
  return (
    kind === "tool" && typeof input === "object" && input !== null && "tool" in input && input.tool === "run_command"
  );
}

class Slots {
  #free: number;
  readonly #waiting = new Set<() => void>();

  constructor(most: number) {
    this.#free = most;
  }

  /** In the order of asking. Rejects with the signal's reason. */
  async take(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#free > 0) {
      this.#free--;
      return;
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const giveUp = (): void => {
      this.#waiting.delete(resolve);
      reject(signal.reason);
    };
    this.#waiting.add(resolve);
    signal.addEventListener("abort", giveUp, { once: true });
    await promise.finally(() => signal.removeEventListener("abort", giveUp));
  }

  giveBack(): void {
    const [next] = this.#waiting;
    if (next) {
      this.#waiting.delete(next);
      next();
    } else this.#free++;
  }
}
