import { commandIndex } from "./command-index.ts";

/** The entry: the help needs nothing but a list, so everything else is loaded for real commands only. */
async function main(words: readonly string[]): Promise<number> {
  const [first] = words;
  if (first === undefined || first === "--help" || first === "-h" || (first === "help" && words.length === 1)) {
    process.stdout.write(helpText());
    return 0;
  }
  if (first === "help" && words[1] === "exit-codes") {
    process.stdout.write(exitCodeText);
    return 0;
  }
  const { runProgram } = await import("./program.ts");
  return runProgram(first === "help" ? [...words.slice(1), "--help"] : words);
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

process.exitCode = await main(process.argv.slice(2));
