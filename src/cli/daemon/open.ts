import type { Command } from "commander";
import { TuttiError } from "../../core/error.ts";
import { notServed } from "../../hosting.ts";
import type { OnAction } from "../action.ts";
import { summaryOf } from "../command-index.ts";
import { exitCodes } from "../exit-code.ts";
import type { Invocation } from "../invocation.ts";
import { toJson } from "../present/json.ts";
import { hasDisplay, openBrowser } from "./browser.ts";
import { joinDaemon } from "./daemon.ts";

export function addOpenCommand(program: Command, onAction: OnAction): void {
  program
    .command("open")
    .description(summaryOf("open"))
    .argument("[path]", 'a page of the web UI, such as "/reviews"')
    .addHelpText("after", "\nExamples:\n  tutti open\n  tutti open /reviews\n  tutti open --json")
    .action((path: string | undefined, _flags: unknown, command: Command) =>
      onAction(command, (invocation) => runOpen(path, invocation)),
    );
}

async function runOpen(path: string | undefined, invocation: Invocation): Promise<number> {
  if (path !== undefined && !path.startsWith("/")) {
    throw new TuttiError("usage.invalid", `${JSON.stringify(path)} is not a path of the web UI`, {
      hint: "It begins with a slash: tutti open /reviews",
    });
  }
  const daemon = await joinDaemon(invocation);
  if (!daemon) throw notServed();
  await using connection = daemon.connection;
  const link = (await connection.client.call("host.link", { path })) as { readonly url: string };
  const { isJson, output, environment } = invocation;
  if (isJson) output.data(toJson(link));
  else if (!hasDisplay(environment)) output.data(link.url);
  else if (await openBrowser(link.url, environment)) output.say(`Opened ${daemon.facts.url ?? ""} in your browser.`);
  else {
    output.say("No browser could be opened. This link works once:");
    output.data(link.url);
  }
  return exitCodes.ok;
}
