import { Option, type Command } from "commander";
import { serverSection } from "../hosting.ts";
import { TuttiError } from "../core/error.ts";
import { tokenPath } from "../host/place.ts";
import { readToken } from "../server/token-file.ts";
import { urlHost } from "../server/host-names.ts";
import type { OnAction } from "./action.ts";
import {
  claudeVariables,
  shellOf,
  shells,
  writeEnvironment,
  type Shell,
  type TelemetryTarget,
} from "./claude/environment.ts";
import { summaryOf } from "./command-index.ts";
import { joinDaemon } from "./daemon/daemon.ts";
import { exitCodes } from "./exit-code.ts";
import type { Invocation } from "./invocation.ts";

/** `tutti claude`, with what the command line does by itself; the operations about Claude Code are added to it. */
export function addClaudeCommand(program: Command, onAction: OnAction): Command {
  const claude = program.command("claude").description("`tutti claude --help` lists its commands");
  claude
    .command("env")
    .description(summaryOf("claude env"))
    .addOption(new Option("--shell <shell>", "whose words; the one that calls, unless given").choices([...shells]))
    .addHelpText(
      "after",
      '\nExamples:\n  eval "$(tutti claude env)" && claude\n  tutti claude env --shell json   # for "env" in ~/.claude/settings.json',
    )
    .action((flags: { readonly shell?: Shell }, command: Command) =>
      onAction(command, (invocation) => printEnvironment(flags.shell, invocation)),
    );
  return claude;
}

async function printEnvironment(shell: Shell | undefined, invocation: Invocation): Promise<number> {
  const { isJson, output, environment } = invocation;
  const variables = claudeVariables(await findTarget(invocation));
  output.data(writeEnvironment(variables, isJson ? "json" : (shell ?? shellOf(environment))));
  return exitCodes.ok;
}

async function findTarget(invocation: Invocation): Promise<TelemetryTarget> {
  const { output, log } = invocation;
  const daemon = await joinDaemon(invocation);
  if (daemon) {
    await daemon.connection[Symbol.asyncDispose]();
    return { url: daemon.facts.url ?? "", token: readToken(tokenPath(daemon.facts.home), log) };
  }
  output.complain(
    `${output.color.yellow("▲")} No daemon runs here: until one does, what Claude Code sends is lost. Start it: tutti up --detach`,
  );
  const home = (await invocation.dataFolder({ write: true })) ?? "";
  return { url: await wantedUrl(invocation), token: readToken(tokenPath(home), log) };
}

/** Where a daemon would be, as the settings have it. */
async function wantedUrl({ environment, settings }: Invocation): Promise<string> {
  const { readConfig } = await import("../app.ts");
  const config = readConfig({ folder: process.cwd(), environment, flags: settings });
  const { host, port } = config.get(serverSection);
  if (port === 0) {
    throw new TuttiError("usage.invalid", "server.port is 0, so where the daemon will be is not known before it runs", {
      hint: "Start it first: tutti up --detach",
    });
  }
  return `http://${urlHost(host)}:${port}`;
}
