import { watchStreams } from "./broken-stream.ts";
import { commandIndex } from "./command-index.ts";
import { exitCodeMeanings, exitCodes } from "./exit-code.ts";
import { version } from "./version.ts";

/** The entry: the help needs nothing but a list, so everything else is loaded for real commands only. */
async function main(words: readonly string[]): Promise<number> {
  const [first, second] = words;
  if (first === undefined || first === "--help" || first === "-h" || (first === "help" && second === undefined)) {
    return print(helpText());
  }
  if (first === "--version" || first === "-V") return print(`${version()}\n`);
  if (first === "help" && second === "exit-codes") return print(exitCodeText());
  if (first === "help") {
    const { runHelp } = await import("./help.ts");
    return runHelp(words.slice(1));
  }
  const { runProgram } = await import("./program.ts");
  return runProgram(words);
}

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}

function exitCodeText(): string {
  const meanings = new Map(Object.entries(exitCodeMeanings));
  const lines = Object.entries(exitCodes).map(
    ([name, code]) => `${String(code).padEnd(5)}${meanings.get(name) ?? name}`,
  );
  return `${lines.join("\n")}\n`;
}

function helpText(): string {
  const width = Math.max(...commandIndex.map(([name]) => name.length));
  const lines = commandIndex.map(([name, summary]) => `  tutti ${name.padEnd(width)}  ${summary}`);
  return `Durable flows on your own models, on this machine.

${lines.join("\n")}

Start here: tutti init, then tutti run hello
Every command has --help and --json. More: tutti help <command>, tutti help exit-codes, tutti help <error.code>
`;
}

/** The boundary of the process: what gets here could not even be shown in the usual form. */
const streams = watchStreams(process);
let code: number;
try {
  code = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`✕ tutti could not start\n${error instanceof Error ? error.stack : String(error)}\n`);
  code = exitCodes.failed;
}
// A step that was given up, or something that a flow's file has opened, would keep the process for ever.
await streams.flushed();
process.exit(code === exitCodes.ok && streams.hasFailed ? exitCodes.failed : code);
