import { watchStreams } from "./broken-stream.ts";
import { exitCodes } from "./exit-code.ts";
import { exitCodesAsJson, exitCodeText, overview, overviewAsJson } from "./overview.ts";
import { version } from "../host/version.ts";

/** The entry: the help needs nothing but a list, so everything else is loaded for real commands only. */
async function main(words: readonly string[]): Promise<number> {
  const isJson = words.includes("--json");
  // What every command takes says nothing about which one is meant.
  const [first, second, third] = words.filter((word) => !["--json", "--quiet", "--verbose"].includes(word));
  const isAlone = second === undefined;
  if (first === undefined || (isAlone && ["help", "--help", "-h"].includes(first))) {
    return print(isJson ? overviewAsJson() : overview(process.stdout.columns));
  }
  if (isAlone && (first === "--version" || first === "-V")) {
    return print(isJson ? `${JSON.stringify({ version: version() })}\n` : `${version()}\n`);
  }
  if (first === "help" && second === "exit-codes" && third === undefined) {
    return print(isJson ? exitCodesAsJson() : exitCodeText());
  }
  if (first === "help") {
    const { runHelp } = await import("./help.ts");
    return runHelp(words.toSpliced(words.indexOf("help"), 1));
  }
  const { keepCompiledCode } = await import("./compile-cache.ts");
  keepCompiledCode(process.env);
  const { runProgram } = await import("./program.ts");
  return runProgram(words);
}

function print(text: string): number {
  process.stdout.write(text);
  return 0;
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
