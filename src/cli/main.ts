import { readFileSync } from "node:fs";
import { commandIndex } from "./command-index.ts";

/** The entry: the help needs nothing but a list, so everything else is loaded for real commands only. */
async function main(words: readonly string[]): Promise<number> {
  const [first, second] = words;
  if (first === undefined || first === "--help" || first === "-h" || (first === "help" && second === undefined)) {
    return print(helpText());
  }
  if (first === "--version" || first === "-V") return print(`${version()}\n`);
  if (first === "help" && second === "exit-codes") return print(exitCodeText);
  const { runProgram } = await import("./program.ts");
  return runProgram(first === "help" ? [...words.slice(1), "--help"] : words);
}

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}

function version(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}

const exitCodeText = `0    ok
1    the run or command failed, or the run is paused
2    the run was cancelled
3    wrong flags, arguments or configuration
4    not permitted
5    the host or the model server cannot be reached
7    a run was left waiting for a review
8    stopped by a budget or a policy
130  interrupted with Ctrl-C
`;

function helpText(): string {
  const width = Math.max(...commandIndex.map(([name]) => name.length));
  const lines = commandIndex.map(([name, summary]) => `  tutti ${name.padEnd(width)}  ${summary}`);
  return `Durable flows on your own models, on this machine.\n\n${lines.join("\n")}\n\nEvery command has --help and --json. Exit codes: tutti help exit-codes\n`;
}

/** The boundary of the process: what gets here could not even be shown in the usual form. */
try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`✕ tutti could not start\n${error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 1;
}
