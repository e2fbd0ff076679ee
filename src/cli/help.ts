import { readFileSync } from "node:fs";
import { errorCatalogue, isErrorCode, TuttiError, type ErrorCode } from "../core/error.ts";
import { nearest } from "../core/nearest.ts";
import { commandIndex } from "./command-index.ts";
import { createInvocation } from "./invocation.ts";
import type { Output } from "./output.ts";
import { ownProcess, runProgram, toExitCode } from "./program.ts";
import type { Surroundings } from "./invocation.ts";

/** `tutti help <command>` and `tutti help <error.code>`. */
export async function runHelp(words: readonly string[], surroundings: Surroundings = ownProcess()): Promise<number> {
  const flags = words.filter((word) => word.startsWith("-"));
  const topic = words.filter((word) => !word.startsWith("-"));
  if (isCommand(topic)) return runProgram([...topic, "--help", ...flags], surroundings);
  const isJson = flags.includes("--json");
  const { output } = createInvocation({}, surroundings);
  try {
    showErrorPage(findErrorPage(topic.join(" ")), output, isJson);
    return 0;
  } catch (error) {
    return toExitCode(error, output, { isJson, isVerbose: flags.includes("--verbose") });
  }
}

/** `run`, `run list`, `review`: a command, or the group that it belongs to; no word means all of them. */
function isCommand(topic: readonly string[]): boolean {
  const asked = topic.join(" ");
  if (asked === "") return true;
  return commandNames().some((name) => name === asked || name.split(" ")[0] === asked);
}

function commandNames(): string[] {
  return commandIndex.map(([name]) => name.replace(/ <.*$/, ""));
}

/** An entry of docs/errors.md. */
interface ErrorPage {
  readonly code: ErrorCode;
  readonly title: string;
  readonly means: string;
  readonly remedy: string;
  readonly retryable: boolean;
}

function findErrorPage(topic: string): ErrorPage {
  if (!isErrorCode(topic)) throw unknownTopic(topic);
  const page = readFileSync(new URL("../../docs/errors.md", import.meta.url), "utf8");
  const row = page.split("\n").find((line) => line.startsWith(`| <a id="${topic}"></a>`));
  const [, , means = "", remedy = ""] = row?.split(/(?<!\\)\|/).map((cell) => cell.trim()) ?? [];
  return { code: topic, ...errorCatalogue[topic], means, remedy };
}

function showErrorPage(page: ErrorPage, output: Output, isJson: boolean): void {
  const { bold, dim } = output.dataColor;
  const { code, title, means, remedy, retryable } = page;
  const again = retryable ? "The same call may work later without a change." : "The same call will fail again.";
  const text = `${bold(title)}  ${dim(code)}\n\n  means  ${means}\n  fix    ${remedy}\n  again  ${again}`;
  output.data(isJson ? JSON.stringify(page, null, 2) : text);
}

function unknownTopic(topic: string): TuttiError {
  const meant = nearest(topic, [...commandNames(), ...Object.keys(errorCatalogue), "exit-codes"]);
  return new TuttiError("usage.invalid", `there is no command and no error code "${topic}"`, {
    hint: meant ? `Did you mean: tutti help ${meant}` : "`tutti --help` lists the commands.",
  });
}
