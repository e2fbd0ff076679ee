import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { TuttiError } from "../core/error.ts";
import { exitCodes } from "./exit-code.ts";
import { open, type Invocation } from "./invocation.ts";
import { addCommonOptions, invocationOf } from "./common-option.ts";

/** Commands that are about this process or this folder, not about an operation. */
export function addHostCommands(program: Command, setCode: (code: number) => void): Command[] {
  const work = program.command("work").description("Works on open runs until it is ended");
  work
    .option("--until-idle", "end when nothing can run now; waits do not count")
    .option("--concurrency <number>", "how many runs at once");
  work.addHelpText("after", "\nExamples:\n  tutti work\n  tutti work --until-idle --concurrency 4");
  work.action(async (flags: Record<string, unknown>) => setCode(await runWork(flags, invocationOf(flags))));
  const init = program.command("init").description("Sets this folder up: a first flow, and types for the editor");
  init.addHelpText("after", "\nExamples:\n  tutti init");
  init.action((flags: Record<string, unknown>) => setCode(runInit(invocationOf(flags))));
  return [addCommonOptions(work), addCommonOptions(init)];
}

async function runWork(flags: Readonly<Record<string, unknown>>, invocation: Invocation): Promise<number> {
  const concurrency = flags["concurrency"] === undefined ? undefined : Number(flags["concurrency"]);
  if (concurrency !== undefined && !(Number.isInteger(concurrency) && concurrency > 0)) {
    throw new TuttiError(
      "usage.invalid",
      `--concurrency ${String(flags["concurrency"])} is not a whole number above 0`,
    );
  }
  await using connection = await open(invocation, { takeRuns: true, write: true, concurrency });
  if (connection?.mode !== "host") {
    invocation.output.say("Another process hosts this folder and works on its runs.");
    return exitCodes.ok;
  }
  invocation.output.say(`Working on the runs of ${connection.home}. End with Ctrl-C.`);
  const { promise, resolve } = Promise.withResolvers<void>();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => resolve());
  await (flags["untilIdle"] === true ? Promise.race([promise, connection.whenIdle()]) : promise);
  return exitCodes.ok;
}

const firstFlow = `import { flow, z } from "tutti";

export default flow({
  name: "hello",
  input: z.object({ name: z.string().default("world") }),
  async run(step, { name }) {
    const log = await step.shell("look", ["git", "log", "--oneline", "-5"]);
    const greeting = await step.run("greet", () => \`Hello, \${name}.\`);
    return { greeting, lastCommits: log.stdout.split("\\n").filter(Boolean) };
  },
});
`;

function runInit(invocation: Invocation): number {
  const folder = process.cwd();
  const file = join(folder, "flows", "hello.ts");
  mkdirSync(join(folder, "flows"), { recursive: true });
  if (!existsSync(file)) writeFileSync(file, firstFlow);
  invocation.output.data(
    invocation.isJson
      ? JSON.stringify({ folder, flow: file })
      : `Wrote ${file}\n\nNext:\n  tutti run hello --input name=Ada\n  tutti run list`,
  );
  return exitCodes.ok;
}
