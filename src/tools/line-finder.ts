import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import { TuttiError } from "../core/error.ts";
import { formatMs } from "../core/duration.ts";

export interface FoundLine {
  /** From 1. */
  readonly line: number;
  readonly text: string;
}

export interface LineFinder {
  find(text: string, most: number): Promise<readonly FoundLine[]>;
  close(): Promise<void>;
}

export interface LinePattern {
  readonly pattern: string;
  readonly regex: boolean;
  readonly ignoreCase: boolean;
  /** For a regular expression: the time that one text may take. */
  readonly timeoutMs: number;
}

/** Finds lines by a literal text on this thread, or by a regular expression on a thread that can be stopped. */
export function createLineFinder(wanted: LinePattern): LineFinder {
  return wanted.regex ? createRegexFinder(wanted) : createLiteralFinder(wanted);
}

/** The lines for which `matches` holds. Shared with the worker. */
export function selectLines(text: string, most: number, matches: (line: string) => boolean): FoundLine[] {
  const found: FoundLine[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (!matches(line)) continue;
    found.push({ line: index + 1, text: line });
    if (found.length >= most) break;
  }
  return found;
}

function createLiteralFinder({ pattern, ignoreCase }: LinePattern): LineFinder {
  const fold = (text: string): string => (ignoreCase ? text.toLowerCase() : text);
  const needle = fold(pattern);
  return {
    find: async (text, most) =>
      fold(text).includes(needle) ? selectLines(text, most, (line) => fold(line).includes(needle)) : [],
    close: async () => undefined,
  };
}

/** A pattern such as (a+)+$ takes for ever on the wrong line and cannot be told from a good one: so it runs elsewhere. */
function createRegexFinder({ pattern, ignoreCase, timeoutMs }: LinePattern): LineFinder {
  try {
    void new RegExp(pattern);
  } catch (error) {
    throw new TuttiError("tool.input_invalid", `${JSON.stringify(pattern)} is not a regular expression`, {
      cause: error,
    });
  }
  // The same folder holds the worker as .ts in a clone and as .js in the package.
  const file = new URL(`./regex-worker${extname(import.meta.url)}`, import.meta.url);
  const worker = new Worker(file, { workerData: { pattern, flags: ignoreCase ? "i" : "" }, stdin: false });
  worker.unref();
  return {
    find: (text, most) => ask(worker, { text, most }, timeoutMs, pattern),
    async close() {
      await worker.terminate();
    },
  };
}

function ask(
  worker: Worker,
  question: { text: string; most: number },
  timeoutMs: number,
  pattern: string,
): Promise<readonly FoundLine[]> {
  const { promise, resolve, reject } = Promise.withResolvers<readonly FoundLine[]>();
  const timer = setTimeout(() => {
    reject(
      new TuttiError("tool.failed", `the regular expression ${pattern} took longer than ${formatMs(timeoutMs)}`, {
        hint: "Search for a literal text, or write the expression without nested repetition.",
      }),
    );
  }, timeoutMs);
  worker.once("message", resolve);
  worker.once("error", reject);
  worker.postMessage(question);
  return promise.finally(() => {
    clearTimeout(timer);
    worker.off("message", resolve);
    worker.off("error", reject);
  });
}
