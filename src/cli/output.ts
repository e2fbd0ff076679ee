import { createTerminalText, type Colors } from "./terminal-text.ts";

/** As much of a stream as is used, so that a test can listen. */
export interface TextStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
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
  const text = createTerminalText();
  const write = (stream: TextStream, words: string): unknown =>
    stream.write(stream.isTTY ? text.forTerminal(words) : text.asIs(words));
  let liveLines = 0;
  const clear = (): void => {
    if (liveLines > 0) stderr.write(`\r\u001B[2K${"\u001B[1A\u001B[2K".repeat(liveLines - 1)}`);
    liveLines = 0;
  };
  const complain = (words: string): void => {
    clear();
    write(stderr, `${words}\n`);
  };
  return {
    color: text.colors(wantsColor(stderr)),
    dataColor: text.colors(wantsColor(stdout)),
    isLive,
    dataWidth: stdout.isTTY ? stdout.columns || 80 : Number.POSITIVE_INFINITY,
    data(words) {
      clear();
      write(stdout, words.endsWith("\n") ? words : `${words}\n`);
    },
    say: (words) => (isQuiet ? undefined : complain(words)),
    complain,
    prompt(words) {
      clear();
      write(stderr, words);
    },
    live(lines) {
      if (!isLive) return;
      clear();
      // A line that wraps would take two, and clearing would leave one behind.
      const width = (stderr.columns || 80) - 1;
      write(stderr, lines.map((line) => text.cut(line.replaceAll(/\s+/g, " "), width)).join("\n"));
      liveLines = lines.length;
    },
  };
}
