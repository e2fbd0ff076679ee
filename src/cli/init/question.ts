import { createInterface } from "node:readline";
import type { Interrupt } from "../interrupt.ts";
import type { Output } from "../output.ts";

/** Asks one line after the other. Null: the person has left, by Ctrl-C or by ending the input. */
export interface Questions extends Disposable {
  ask(question: string): Promise<string | null>;
}

export function createQuestions(
  input: NodeJS.ReadableStream,
  { output, interrupt }: { output: Output; interrupt: Pick<Interrupt, "happened"> },
): Questions {
  // The terminal itself edits the line: no raw mode, so Ctrl-C stays a signal and nothing has to be put back.
  const reader = createInterface({ input });
  const lines = reader[Symbol.asyncIterator]();
  return {
    async ask(question) {
      output.prompt(`${question} `);
      const line = await Promise.race([lines.next(), interrupt.happened]);
      return line === undefined || line.done === true ? null : line.value.trim();
    },
    [Symbol.dispose]: () => reader.close(),
  };
}
