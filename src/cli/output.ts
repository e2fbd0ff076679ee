import { stripVTControlCharacters } from "node:util";
import { createColors } from "picocolors";

export type Colors = ReturnType<typeof createColors>;

/** As much of a stream as is used, so that a test can listen. */
export interface TextStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
  on(event: "error", listener: (error: Error) => void): unknown;
}

export interface Streams {
  readonly stdout: TextStream;
  readonly stderr: TextStream;
}

/** Where a command's words go: data to stdout, talk to stderr. */
export interface Output {
  /** For what is said. */
  readonly color: Colors;
  /** For data. */
  readonly dataColor: Colors;
  /** stderr is a terminal that can redraw lines. */
  readonly isLive: boolean;
  /** Columns of a line of data; no limit where nobody looks at it. */
  readonly dataWidth: number;
  data(text: string): void;
  say(text: string): void;
  /** Said even when quiet: what went wrong is never kept back. */
  complain(text: string): void;
  /** A question: the cursor stays behind it. */
  prompt(text: string): void;
  /** Lines on stderr that the next words replace; nothing where lines cannot be redrawn. */
  live(lines: readonly string[]): void;
}

export interface OutputOptions {
  readonly isQuiet: boolean;
  readonly color: "auto" | "always" | "never";
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly streams: Streams;
}

export function createOutput({ isQuiet, color, environment, streams }: OutputOptions): Output {
  const { stdout, stderr } = streams;
  const isPlain = environment["TERM"] === "dumb" || Boolean(environment["CI"]);
  const isLive = Boolean(stderr.isTTY) && !isPlain && !isQuiet;
  const wantsColor = ({ isTTY }: TextStream): boolean =>
    color === "auto" ? Boolean(isTTY) && !isPlain && !environment["NO_COLOR"] : color === "always";
  for (const stream of [stdout, stderr]) stream.on("error", ignoreBrokenPipe);
  let liveLines = 0;
  const clear = (): void => {
    if (liveLines > 0) stderr.write(`\r\u001B[2K${"\u001B[1A\u001B[2K".repeat(liveLines - 1)}`);
    liveLines = 0;
  };
  const complain = (text: string): void => {
    clear();
    stderr.write(`${text}\n`);
  };
  return {
    color: createColors(wantsColor(stderr)),
    dataColor: createColors(wantsColor(stdout)),
    isLive,
    dataWidth: stdout.isTTY ? stdout.columns || 80 : Number.POSITIVE_INFINITY,
    data(text) {
      clear();
      stdout.write(text.endsWith("\n") ? text : `${text}\n`);
    },
    say: (text) => (isQuiet ? undefined : complain(text)),
    complain,
    prompt(text) {
      clear();
      stderr.write(text);
    },
    live(lines) {
      if (!isLive) return;
      clear();
      // A line that wraps would take two, and clearing would leave one behind.
      stderr.write(lines.map((line) => cut(line, (stderr.columns || 80) - 1)).join("\n"));
      liveLines = lines.length;
    },
  };
}

function cut(line: string, width: number): string {
  const plain = stripVTControlCharacters(line);
  return plain.length <= width ? line : `${plain.slice(0, width - 1)}…`;
}

// A reader that goes away (`| head`) is no error of ours.
function ignoreBrokenPipe(error: Error): void {
  if (!("code" in error) || error.code !== "EPIPE") throw error;
}
