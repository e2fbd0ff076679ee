import { Option, type Command } from "commander";
import { TuttiError } from "../../core/error.ts";
import type { OnAction } from "../action.ts";
import type { Invocation } from "../invocation.ts";
import { followKeptLog, showKeptLog } from "./kept-log.ts";
import { showRawLog } from "./raw-log.ts";

interface LogFlags {
  readonly follow?: boolean;
  readonly lines: string;
  readonly level?: string;
  readonly run?: string;
  readonly since?: string;
  readonly file?: boolean;
}

const usualLines = "50";
const mostLines = 1_000;

export function addLogsCommand(program: Command, onAction: OnAction): void {
  program
    .command("logs")
    .description("Shows the log of this folder, the newest lines last")
    .argument("[words...]", "only lines with these words, or conditions such as event:host.*")
    .addOption(
      new Option("--level <level>", "only lines of this level or worse").choices(["debug", "info", "warn", "error"]),
    )
    .option("--run <id>", "only lines about this run")
    .option("--since <time>", "only lines from then on: how long ago, such as 24h, or a date")
    .option("-f, --follow", "go on with what comes, until Ctrl-C")
    .option("--lines <number>", "how many of the last lines", usualLines)
    .option("--file", "what the daemon has written to its file, with the output of flows, as it is")
    .addHelpText(
      "after",
      "\nExamples:\n  tutti logs\n  tutti logs -f --level warn\n  tutti logs no space --since 24h\n  tutti logs --file -f",
    )
    .action((words: readonly string[], flags: LogFlags, command: Command) =>
      onAction(command, (invocation) => showLogs(words, flags, invocation)),
    );
}

function showLogs(words: readonly string[], flags: LogFlags, invocation: Invocation): Promise<number> {
  const { follow = false, file = false, level, run, since } = flags;
  const lines = toCount(flags.lines);
  const query = words.length === 0 ? undefined : words.join(" ");
  if (!file) {
    const asked = { query, level, run, since, lines };
    return follow ? followKeptLog(asked, invocation) : showKeptLog(asked, invocation);
  }
  const given = Object.entries({ words: query, "--level": level, "--run": run, "--since": since });
  const [out] = given.find(([, value]) => value !== undefined) ?? [];
  if (out === undefined) return showRawLog({ follow, lines }, invocation);
  throw new TuttiError("usage.invalid", `--file shows the file as it is, so it takes no ${out}`, {
    hint: "Without --file lines can be asked for. With it: -f and --lines.",
  });
}

function toCount(text: string): number {
  if (/^\d+$/.test(text) && Number(text) <= mostLines) return Number(text);
  throw new TuttiError("usage.invalid", `--lines ${text} is not a whole number from 0 to ${mostLines}`, {
    hint: "For example: tutti logs --lines 100",
  });
}
