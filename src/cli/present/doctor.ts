import type { CheckResult } from "../../core/capability.ts";
import type { Colors } from "../terminal-text.ts";

interface ShownCheck {
  readonly group: string;
  readonly name: string;
  readonly status: CheckResult["status"];
  readonly message: string;
  readonly fix?: string | null;
}

const glyphs = { ok: "✓", warn: "!", fail: "✕", off: "–" } as const;

/** The checks by group, each that is not well with its fix. */
export function presentChecks(checks: readonly ShownCheck[], color: Colors): string {
  const paints = { ok: color.green, warn: color.yellow, fail: color.red, off: color.dim };
  const groups = Map.groupBy(checks, ({ group }) => group);
  const texts = [...groups].map(([group, inGroup]) =>
    [color.bold(group), ...inGroup.flatMap((check) => [line(check), ...fixOf(check)])].join("\n"),
  );
  return texts.join("\n\n");

  function line({ status, name, message }: ShownCheck): string {
    return `  ${paints[status](glyphs[status])} ${name}  ${color.dim(message)}`;
  }
}

function fixOf({ fix }: ShownCheck): string[] {
  return fix ? [`      fix  ${fix}`] : [];
}
