import { StepError, TuttiError } from "../core/error.ts";
import { issueInWords, issuesInWords } from "../core/issue.ts";
import type { AnyTool } from "../core/tool.ts";
import type { EffectContext, EffectSpec } from "../core/verb.ts";
import type { WorkPorts } from "./work-ports.ts";

/** Checks the arguments against the tool's schema and calls it. What a tool throws on its own is `tool.failed`. */
export async function performTool(
  ports: WorkPorts,
  context: EffectContext,
  tool: AnyTool,
  values: unknown,
): Promise<unknown> {
  const parsed = tool.input.safeParse(values ?? {}, { error: issueInWords });
  if (!parsed.success) {
    throw new TuttiError(
      "tool.input_invalid",
      `the arguments of tool "${tool.name}" are not valid: ${issuesInWords(parsed.error.issues)}`,
    );
  }
  try {
    // `input` is the tool's own schema, so what it has parsed is what `call` takes.
    return await tool.call(parsed.data as never, {
      signal: context.signal,
      workspace: context.folder,
      key: context.key,
      log: ports.log,
    });
  } catch (error) {
    // A tool that heeds the abort throws whatever it likes; why it was told to stop is what happened.
    context.signal.throwIfAborted();
    if (error instanceof TuttiError || error instanceof StepError) throw error;
    const message = error instanceof Error ? error.message || error.name : `threw ${String(error)}`;
    throw new TuttiError("tool.failed", `tool "${tool.name}" failed: ${message}`, { cause: error });
  }
}

/** A tool's call as a step. `find` gives the tool, or throws where there is none. */
export function toolEffect(
  ports: WorkPorts,
  { name, tool, find }: { name: string; tool: string; find: () => AnyTool },
  values: unknown,
): EffectSpec {
  return {
    kind: "tool",
    name,
    input: { tool, arguments: values ?? null },
    revise: (input) => toolEffect(ports, { name, tool, find }, revisedArguments(tool, input)),
    perform: async (context) => ({
      status: "succeeded",
      result: await performTool(ports, context, find(), values),
    }),
  };
}

/** Only the arguments may be changed: another tool would be another step. */
function revisedArguments(tool: string, input: unknown): unknown {
  if (typeof input === "object" && input !== null && "tool" in input && input.tool === tool && "arguments" in input) {
    return input.arguments;
  }
  throw new TuttiError("tool.input_invalid", `the edited call of tool "${tool}" is not of that tool`, {
    hint: `Keep the shape { "tool": "${tool}", "arguments": … }.`,
  });
}

export function missingTool(name: string, tools: ReadonlyMap<string, AnyTool>): TuttiError {
  return new TuttiError("tool.missing", `there is no tool "${name}"`, { hint: toolsThere(tools) });
}

export function toolsThere(tools: ReadonlyMap<string, AnyTool>): string {
  return `There are: ${[...tools.keys()].join(", ") || "none"}.`;
}
