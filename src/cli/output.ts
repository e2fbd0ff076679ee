import { createColors } from "picocolors";

type Colors = ReturnType<typeof createColors>;

/** Where a command's words go: data to stdout, talk to stderr. */
export interface Output {
  readonly color: Colors;
  /** stderr is a terminal that can redraw a line. */
  readonly isLive: boolean;
  readonly width: number;
  data(text: string): void;
  say(text: string): void;
  /** One line on stderr that the next one replaces; nothing where lines cannot be redrawn. */
  status(text: string): void;
}

export interface OutputOptions {
  readonly isQuiet: boolean;
  readonly color: "auto" | "always" | "never";
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export function createOutput({ isQuiet, color, environment }: OutputOptions): Output {
  const isPlain = environment["TERM"] === "dumb" || Boolean(environment["CI"]);
  const isLive = process.stderr.isTTY && !isPlain && !isQuiet;
  const wantsColor =
    color === "auto" ? process.stdout.isTTY && !isPlain && !environment["NO_COLOR"] : color === "always";
  let hasStatus = false;
  // A reader that goes away (`| head`) is no error of ours.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", ignoreBrokenPipe);
  const clear = (): void => {
    if (hasStatus) process.stderr.write("\r\u001B[2K");
    hasStatus = false;
  };
  return {
    color: createColors(wantsColor),
    isLive,
    width: process.stderr.columns || 80,
    data(text) {
      clear();
      process.stdout.write(text.endsWith("\n") ? text : `${text}\n`);
    },
    say(text) {
      clear();
      if (!isQuiet) process.stderr.write(`${text}\n`);
    },
    status(text) {
      if (!isLive) return;
      clear();
      process.stderr.write(text.slice(0, (process.stderr.columns || 80) - 1));
      hasStatus = true;
    },
  };
}

function ignoreBrokenPipe(error: Error): void {
  if (!("code" in error) || error.code !== "EPIPE") throw error;
}
