import { z } from "zod";
import { TuttiError } from "../core/error.ts";
import type { AnyTool } from "../core/tool.ts";
import type { EffectContext } from "../core/verb.ts";
import type { WorkPorts } from "./work-ports.ts";

/** Checks the arguments against the tool's schema and calls it. */
export function performTool(
  ports: WorkPorts,
  context: EffectContext,
  tool: AnyTool,
  values: unknown,
): Promise<unknown> {
  const parsed = tool.input.safeParse(values ?? {});
  if (!parsed.success) {
    throw new TuttiError(
      "tool.input_invalid",
      `the arguments of tool "${tool.name}" are not valid: ${z.prettifyError(parsed.error)}`,
    );
  }
  // `input` is the tool's own schema, so what it has parsed is what `call` takes.
  return tool.call(parsed.data as never, {
    signal: context.signal,
    workspace: ports.workspace,
    key: context.key,
    log: ports.log,
  });
}

export function missingTool(name: string, tools: ReadonlyMap<string, AnyTool>): TuttiError {
  return new TuttiError("tool.missing", `there is no tool "${name}"`, {
    hint: `There are: ${[...tools.keys()].join(", ") || "none"}.`,
  });
}
