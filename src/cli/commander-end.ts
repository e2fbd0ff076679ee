import type { CommanderError } from "commander";
import { TuttiError } from "../core/error.ts";
import { commandIndex } from "./command-index.ts";
import { exitCodes } from "./exit-code.ts";
import type { Streams } from "./output.ts";

// Commander ends a command line that it does not run by throwing, for help as for mistakes.

/** Help or the version was asked for; a group without its verb says its help, too, but to a script it is an error. */
export function isHelp({ exitCode, code }: CommanderError, { isJson }: { readonly isJson: boolean }): boolean {
  return exitCode === 0 || (code === "commander.help" && !isJson);
}

/** Gives the exit code. */
export function showHelp(
  { exitCode, code }: CommanderError,
  text: string,
  { isJson, streams }: { readonly isJson: boolean; readonly streams: Streams },
): number {
  const key = code === "commander.version" ? "version" : "help";
  const shown = isJson ? `${JSON.stringify({ [key]: text.trimEnd() })}\n` : text;
  (exitCode === 0 ? streams.stdout : streams.stderr).write(shown);
  return exitCode === 0 ? exitCodes.ok : exitCodes.usage;
}

/** What commander has against a command line, as an error of ours. */
export function toUsageError(error: CommanderError, words: readonly string[]): TuttiError {
  const command = commandIn(words);
  if (error.code === "commander.help") {
    return new TuttiError("usage.invalid", `tutti ${command.join(" ")} is a group: which of its commands?`, {
      hint: `See: tutti ${command.join(" ")} --help`,
    });
  }
  const [what = "", ...rest] = error.message.replace(/^error: /, "").split("\n");
  const suggestion = rest.join(" ").replaceAll(/[()]/g, "");
  return new TuttiError("usage.invalid", what, {
    hint: suggestion || `See: ${["tutti", ...command, "--help"].join(" ")}`,
  });
}

/** The words of a command line that name its command: `run list`, but of `run hello` only `run`. */
function commandIn(words: readonly string[]): readonly string[] {
  // Of `--color never run list`, the first word that is no flag is the value of one.
  const known = words.findIndex((word) => commandIndex.some(([name]) => name.split(" ")[0] === word));
  const at = known >= 0 ? known : words.findIndex((word) => !isFlag(word));
  const [first, second] = at < 0 ? [] : words.slice(at);
  if (first === undefined) return [];
  const isVerb = commandIndex.some(([name]) => name === `${first} ${second}`);
  return isVerb && second !== undefined ? [first, second] : [first];
}

function isFlag(word: string): boolean {
  return word.startsWith("-");
}
