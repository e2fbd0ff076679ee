import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Command } from "commander";
import { TuttiError } from "../core/error.ts";
import type { OnAction } from "./action.ts";
import { formatBytes } from "../core/byte-size.ts";
import { exitCodes } from "./exit-code.ts";
import type { Invocation } from "./invocation.ts";

interface ExportFlags {
  readonly html?: boolean;
  readonly run?: string;
  readonly since?: string;
  readonly output?: string;
}

interface Exported {
  readonly name: string;
  readonly html: string;
  readonly left: readonly string[];
}

/** `tutti export --html`: a run, or what happened in a time, as one file. */
export function addExportCommand(program: Command, onAction: OnAction): void {
  program
    .command("export")
    .description("Writes one HTML file of a run, or of what happened in a time")
    .option("--html", "as a page that opens from disk and needs nothing")
    .option("--run <id>", "the run that it is of")
    .option("--since <duration>", "how far back, for a report of all that happened; 24h unless given")
    .option("-o, --output <file>", 'where to write it; "-" for the output')
    .addHelpText(
      "after",
      "\nExamples:\n  tutti export --html --run run_4k7d2mzq01pb\n  tutti export --html --since 7d -o week.html",
    )
    .action((flags: ExportFlags, command: Command) => onAction(command, (invocation) => runExport(flags, invocation)));
}

async function runExport({ html, run, since, output }: ExportFlags, invocation: Invocation): Promise<number> {
  if (!html) {
    throw new TuttiError("usage.invalid", "export does not say as what", {
      hint: "Write --html. A run as JSON is what `tutti run timeline --json` prints.",
    });
  }
  await using connection = await invocation.open({ takeRuns: false, write: false });
  if (!connection) {
    throw new TuttiError("usage.invalid", "nothing has run here yet", { hint: "Start a run first: tutti run <flow>" });
  }
  const input = { ...(run === undefined ? {} : { run }), ...(since === undefined ? {} : { since }) };
  const made = (await connection.client.call("export.html", input)) as Exported;
  for (const words of made.left) invocation.output.say(words);
  if (output === "-") invocation.output.data(made.html);
  else await write(resolve(output ?? made.name), made, invocation);
  return exitCodes.ok;
}

async function write(file: string, { html }: Exported, { output, isJson }: Invocation): Promise<void> {
  try {
    // It holds what runs were given and gave, which is nobody else's on this machine.
    await writeFile(file, html, { mode: 0o600 });
  } catch (error) {
    throw new TuttiError("usage.invalid", `${file} cannot be written`, {
      cause: error,
      hint: "Name another place with --output.",
      where: file,
    });
  }
  const bytes = Buffer.byteLength(html);
  if (isJson) output.data(JSON.stringify({ file, bytes }, null, 2));
  else output.data(`Wrote ${file} (${formatBytes(bytes)}).`);
}
