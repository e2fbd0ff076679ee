/** A stream of the process that can break under the hands of who writes. */
export interface BreakableStream {
  on(event: "error", listener: (error: Error) => void): unknown;
  write(text: string, done: () => void): unknown;
}

/** What came of writing: a reader that went away (`| head`) is no error of ours, a full disk is one. */
export interface StreamWatch {
  readonly hasFailed: boolean;
  /** Resolves once everything is written that can be. */
  flushed(): Promise<void>;
}

export function watchStreams({ stdout, stderr }: { stdout: BreakableStream; stderr: BreakableStream }): StreamWatch {
  let hasFailed = false;
  stdout.on("error", (error) => {
    if (isGoneReader(error) || hasFailed) return;
    hasFailed = true;
    stderr.write(`✕ standard output cannot be written: ${error.message}\n`, () => undefined);
  });
  // There is no other place to say it.
  stderr.on("error", () => undefined);
  return {
    get hasFailed() {
      return hasFailed;
    },
    async flushed() {
      for (const stream of [stdout, stderr]) await new Promise<void>((resolve) => void stream.write("", resolve));
    },
  };
}

function isGoneReader(error: Error): boolean {
  return "code" in error && error.code === "EPIPE";
}
