import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Command } from "commander";
import { describeOperations } from "../../../src/app.ts";
import { homeToDescribe } from "../../../src/cli/nowhere.ts";
import { buildProgram } from "../../../src/cli/program.ts";
import type { AnyOperation } from "../../../src/core/operation.ts";

const docs = join(dirname(dirname(dirname(import.meta.dirname))), "docs");

export function readPage(name: string): string {
  return readFileSync(join(docs, name), "utf8");
}

/** With TUTTI_TEST_WRITE=1 a test that compares a page writes it instead. */
export function writePageWhereAsked(name: string, text: string): void {
  if (process.env["TUTTI_TEST_WRITE"] === "1") writeFileSync(join(docs, name), text);
}

export const howToWrite = "write it anew with: TUTTI_TEST_WRITE=1 npm test -- test/unit/cli/docs.test.ts";

export function realOperations(): readonly AnyOperation[] {
  return describeOperations({ ...homeToDescribe(), environment: {} });
}

/** Flags that every command takes are told once, at the top of the page. */
export const commonFlags = ["--version", "--json", "--quiet", "--verbose", "--color"];

/** The commands of the real program, as docs/cli.md lists them. */
export function describeCommands(): string {
  const said: string[] = [];
  const program = buildProgram(
    realOperations(),
    (text) => void said.push(text),
    async () => undefined,
  );
  return everyCommand(program)
    .filter(({ command }) => command.commands.length === 0 || command.registeredArguments.length > 0)
    .map(({ name, command }) => describeCommand(name, command, said))
    .toSorted()
    .join("\n");
}

function everyCommand(command: Command, path = "tutti"): { name: string; command: Command }[] {
  return command.commands.flatMap((inner) => {
    const name = `${path} ${inner.name()}`;
    return [{ name, command: inner }, ...everyCommand(inner, name)];
  });
}

function describeCommand(name: string, command: Command, said: string[]): string {
  const positions = command.registeredArguments.map((argument) => {
    const text = `${argument.name()}${argument.variadic ? "..." : ""}`;
    return argument.required ? `<${text}>` : `[${text}]`;
  });
  const flags = command.options.filter(({ long }) => long && !commonFlags.includes(long));
  const rows = [
    ...command.registeredArguments.map((argument, at) => `| \`${positions[at]}\` | ${cell(argument.description)} |`),
    ...flags.map(({ flags: words, description, argChoices, mandatory }) => {
      const choices = argChoices ? `: ${argChoices.map((choice) => `\`${choice}\``).join(", ")}` : "";
      return `| \`${words}\`${mandatory ? " (required)" : ""} | ${cell(description)}${choices} |`;
    }),
  ];
  const table = rows.length > 0 ? `\n| word | meaning |\n|---|---|\n${rows.join("\n")}\n` : "";
  const title = [name, ...positions].join(" ");
  return `### \`${title}\`\n\n${command.description()}.\n${table}\n\`\`\`sh\n${examples(command, said)}\n\`\`\`\n`;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}

function examples(command: Command, said: string[]): string {
  said.length = 0;
  command.outputHelp();
  const [, after = ""] = said.join("").split("\nExamples:\n");
  const [lines = ""] = after.split("\n\n");
  return lines.replaceAll(/^ {2}/gm, "").trimEnd();
}
