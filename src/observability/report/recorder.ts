import { readOutput, type AnyOperation } from "../../core/operation.ts";

export interface RecordedAnswer {
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly output: unknown;
}

/** Asks operations as a page does, and keeps what they answer, up to a size. */
export class Recorder {
  readonly answers: RecordedAnswer[] = [];
  readonly #operations: ReadonlyMap<string, AnyOperation>;
  readonly #signal: AbortSignal;
  #room: number;

  constructor(
    operations: readonly AnyOperation[],
    options: { readonly mostBytes: number; readonly signal: AbortSignal },
  ) {
    this.#operations = new Map(operations.map((operation) => [operation.name, operation]));
    this.#signal = options.signal;
    this.#room = options.mostBytes;
  }

  /** Whether there is room for more. */
  get hasRoom(): boolean {
    return this.#room > 0;
  }

  async ask(name: string, input: Readonly<Record<string, unknown>>): Promise<unknown> {
    this.#signal.throwIfAborted();
    const operation = this.#operations.get(name);
    if (!operation) throw new Error(`there is no operation ${name}`);
    const result = operation.handle(operation.input.parse(input) as never, { signal: this.#signal, caller: "report" });
    if (Symbol.asyncIterator in result) throw new Error(`${name} is a stream`);
    return readOutput(await result);
  }

  keep(operation: string, input: Readonly<Record<string, unknown>>, output: unknown): void {
    this.#room -= JSON.stringify(output)?.length ?? 0;
    this.answers.push({ operation, input, output });
  }

  async record(operation: string, input: Readonly<Record<string, unknown>>): Promise<unknown> {
    const output = await this.ask(operation, input);
    this.keep(operation, input, output);
    return output;
  }
}
