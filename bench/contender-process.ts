import { fork, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { ContenderName } from "./contender.ts";
import type { ContenderAnswers, ContenderRequest } from "./contender-host.ts";

interface Answer {
  readonly result?: unknown;
  readonly error?: string;
}

// The longest honest request, filling a slow engine's database, takes a minute on two shared cores.
const answerTimeoutMs = 180_000;
const hostFile = fileURLToPath(new URL("contender-host.ts", import.meta.url));

/** A contender's process. It stays between rounds, so that its code is warm; one that died is started again. */
export class ContenderProcess implements Disposable {
  readonly #name: ContenderName;
  #child: ChildProcess | null = null;

  constructor(name: ContenderName) {
    this.#name = name;
  }

  async ask<Type extends ContenderRequest["type"]>(
    request: Extract<ContenderRequest, { type: Type }>,
  ): Promise<ContenderAnswers[Type]> {
    const child = this.#child ?? (await this.#start());
    const answer = nextAnswer(child);
    child.send(request);
    // The host answers each type of request with its own type of figures.
    return (await this.#orEnd(answer)) as ContenderAnswers[Type];
  }

  [Symbol.dispose](): void {
    this.#child?.kill("SIGKILL");
    this.#child = null;
  }

  async #start(): Promise<ChildProcess> {
    // Peers must not send reports about their use; there is nowhere to send them anyway.
    const env = { ...process.env, MASTRA_TELEMETRY_DISABLED: "1" };
    const child = fork(hostFile, [this.#name], { env, stdio: ["ignore", "ignore", "inherit", "ipc"] });
    this.#child = child;
    child.once("exit", () => {
      if (this.#child === child) this.#child = null;
    });
    await this.#orEnd(nextAnswer(child));
    return child;
  }

  /** A process that fails to answer may do anything later, so it is not used again. */
  async #orEnd(answer: Promise<Answer>): Promise<unknown> {
    try {
      const { result, error } = await answer;
      if (error !== undefined) throw new Error(error);
      return result;
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
  }
}

function nextAnswer(child: ChildProcess): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const onMessage = (message: unknown): void => resolve(message as Answer);
  const onExit = (code: number | null, signal: string | null): void =>
    reject(new Error(`its process ended with ${signal ?? code}`));
  const timer = setTimeout(() => reject(new Error(`no answer for ${answerTimeoutMs / 1_000} s`)), answerTimeoutMs);
  child.once("message", onMessage);
  child.once("exit", onExit);
  return promise.finally(() => {
    clearTimeout(timer);
    child.off("message", onMessage);
    child.off("exit", onExit);
  });
}
