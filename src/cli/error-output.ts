import { TuttiError } from "../core/error.ts";
import { toWireError } from "../sdk/wire.ts";
import type { Output } from "./output.ts";
import { nearPlace } from "./present/place.ts";

/** An error for people: what, where, how to fix it, where to read more. With `--json` the same as one object on stdout. */
export function showError(
  error: unknown,
  output: Output,
  { isJson, isVerbose }: { isJson: boolean; isVerbose: boolean },
): void {
  const wire = toWireError(error);
  if (isJson) {
    output.data(JSON.stringify({ error: wire }));
    return;
  }
  const { red, bold, dim } = output.color;
  const [what = "", ...more] = wire.message.split("\n");
  const lines = [
    `${red("✕")} ${bold(what)}  ${dim(wire.code)}`,
    ...more.map((line) => `  ${line}`),
    ...labelled("where", wire.where === null ? null : nearPlace(wire.where)),
    ...labelled("fix", wire.hint),
    ...labelled("more", `tutti help ${wire.code}`),
    // A defect is found by its place, an error of ours is told by its words.
    ...(isVerbose && error instanceof Error && !(error instanceof TuttiError) ? [dim(error.stack ?? "")] : []),
  ];
  output.complain(lines.join("\n"));

  function labelled(label: string, text: string | null): string[] {
    return text === null ? [] : [`  ${dim(label.padEnd(5))}  ${text.replaceAll("\n", "\n         ")}`];
  }
}

/** Settings that cannot be used, wherever they were made. */
export function isConfigError(error: unknown): error is TuttiError {
  return error instanceof TuttiError && error.code.startsWith("config.");
}
