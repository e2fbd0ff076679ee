import { toWireError } from "../sdk/wire.ts";
import type { Output } from "./output.ts";

/** An error for people: what, where, why, how to fix it. With `--json` the same as one object on stdout. */
export function showError(error: unknown, output: Output, isJson: boolean): void {
  const wire = toWireError(error);
  if (isJson) output.data(JSON.stringify({ error: wire }));
  const { red, bold, dim } = output.color;
  const lines = [
    `${red("✕")} ${bold(wire.message)}  ${dim(wire.code)}`,
    ...(wire.where === null ? [] : [`  ${dim("where")}  ${wire.where}`]),
    ...(wire.hint === null ? [] : [`  ${dim("fix")}    ${wire.hint}`]),
  ];
  // Written past `--quiet`: what went wrong is never kept back.
  if (!isJson) process.stderr.write(`${lines.join("\n")}\n`);
}
