import { readFileSync } from "node:fs";
import type { Served } from "../../sdk/connection.ts";
import type { Invocation } from "../invocation.ts";
import { openBrowser } from "./browser.ts";
import { logPath } from "./log-file.ts";
import { lastLines } from "./log-reader.ts";
import { presentLine } from "./raw-log.ts";

export const keyHelp = "o open · r reviews · l logs · h help · q quit";

const longHelp = `  o       opens the web UI in the browser, by a new link
  r       opens what waits for you
  l       shows the last lines of the log
  q       ends the daemon; open runs stay open
  more    tutti help up · docs/daemon.md`;

export interface Keys extends Disposable {
  /** Resolves when `q` was pressed. */
  readonly quit: Promise<void>;
}

interface KeyStream extends NodeJS.ReadableStream {
  setRawMode(isRaw: boolean): unknown;
}

const shownLines = 20;
const ctrlC = "\u0003";

/** Single keys of a terminal in whose foreground this process is; nothing is read anywhere else. */
export function takeKeys({ served, home }: { served: Served; home: string }, invocation: Invocation): Keys {
  const { answers, output, environment } = invocation;
  const { promise: quit, resolve } = Promise.withResolvers<void>();
  if (!isKeyStream(answers) || isInBackground()) return { quit, [Symbol.dispose]: () => undefined };
  const show = async (path: string): Promise<void> => {
    const link = served.createLink(path);
    if (!(await openBrowser(link, environment))) output.say(`No browser could be opened. The link works once: ${link}`);
  };
  const acts: Readonly<Record<string, () => void>> = {
    o: () => void show("/"),
    r: () => void show("/reviews"),
    l: () =>
      output.say(
        lastLines(logPath(home), shownLines)
          .map((line) => presentLine(line, output.color))
          .join("\n"),
      ),
    h: () => output.say(longHelp),
    q: resolve,
    // A terminal in this mode sends no signals by itself.
    [ctrlC]: () => process.kill(process.pid, "SIGINT"),
  };
  const take = (typed: Buffer | string): void => {
    for (const key of String(typed)) acts[key.toLowerCase()]?.();
  };
  answers.setRawMode(true);
  answers.on("data", take);
  answers.resume();
  return {
    quit,
    [Symbol.dispose]() {
      answers.off("data", take);
      answers.setRawMode(false);
      answers.pause();
    },
  };
}

function isKeyStream(stream: NodeJS.ReadableStream | null): stream is KeyStream {
  return stream !== null && "setRawMode" in stream;
}

/** `tutti up &`: to touch the terminal from there stops the process. Known on Linux only. */
function isInBackground(): boolean {
  if (process.platform !== "linux") return false;
  try {
    // pid (comm) state ppid pgrp session tty tpgid …; the name may hold anything, so what stands behind it counts.
    const [, , group, , , foreground] = readFileSync("/proc/self/stat", "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
    return group !== foreground;
  } catch {
    return false; // no /proc
  }
}
