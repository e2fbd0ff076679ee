import { closeSync, fstatSync, writeSync } from "node:fs";
import { TuttiError } from "../../core/error.ts";
import { toWireError, type WireError } from "../../sdk/wire.ts";

/** What a background process tells the command that has started it, one JSON value a line. */
export type Told = { readonly ready: string } | { readonly error: WireError } | { readonly waits: number | null };

// Standard input, output and error, then this.
const reportFile = 3;

export interface Report extends Disposable {
  waits(pid: number | null): void;
  ready(line: string): void;
  failed(error: unknown): void;
}

/** The way back to the one who has started this process in the background; nobody listens elsewhere. */
export function createReport(isBackground: boolean): Report {
  let isOpen = isBackground && isThere();
  const close = (): void => {
    if (!isOpen) return;
    isOpen = false;
    closeSync(reportFile);
  };
  const tell = (told: Told): void => {
    if (!isOpen) return;
    try {
      writeSync(reportFile, `${JSON.stringify(told)}\n`);
    } catch {
      isOpen = false; // who has started it went away, or there never was one
    }
  };
  return {
    waits: (pid) => tell({ waits: pid }),
    ready(line) {
      tell({ ready: line });
      close();
    },
    failed(error) {
      tell({ error: toWireError(error) });
      close();
    },
    [Symbol.dispose]: close,
  };
}

/** Where nobody has given a file of this number, Node has one of its own there. */
function isThere(): boolean {
  try {
    const file = fstatSync(reportFile);
    return file.isSocket() || file.isFIFO();
  } catch {
    return false;
  }
}

export function isTold(value: unknown): value is Told {
  return typeof value === "object" && value !== null && ("ready" in value || "error" in value || "waits" in value);
}

export function exitedSilently(code: number | null, lines: readonly string[]): TuttiError {
  return new TuttiError(
    "host.exited",
    `the daemon ended before it answered${code === null ? "" : `, with code ${code}`}`,
    {
      hint: ["Its last words, more of them in `tutti logs --file`:", ...lines].join("\n"),
    },
  );
}
