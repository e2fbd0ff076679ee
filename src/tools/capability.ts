import { z } from "zod";
import type { Capability } from "../core/capability.ts";
import { operation } from "../core/operation.ts";
import type { AnyTool } from "../core/tool.ts";
import { silentTracer, type Tracer } from "../core/trace.ts";
import type { Environment } from "./command.ts";
import { createRunCommand } from "./command.ts";
import { createEditFile } from "./edit-file.ts";
import type { ToolLimits } from "./limits.ts";
import { toolsSection } from "./limits.ts";
import { createListFiles } from "./list-files.ts";
import { createProcessSlots } from "./process-slots.ts";
import { createReadFile } from "./read-file.ts";
import { createSearchText } from "./search-text.ts";
import { createWriteFile } from "./write-file.ts";

export interface ToolsDependencies {
  /** The section `tools` of the configuration. */
  readonly limits: ToolLimits;
  /** This process's environment: commands get a few names of it. */
  readonly environment: Environment;
  /** Commands are told where they stand in the trace of their step. */
  readonly tracer?: Pick<Tracer, "current">;
}

/** The tools that agents have from the start: five for the files of the workspace and one for commands. */
export function createTools({
  limits,
  environment,
  tracer = silentTracer,
}: ToolsDependencies): Capability & { readonly tools: readonly AnyTool[] } {
  const tools: readonly AnyTool[] = [
    createReadFile(limits),
    createListFiles(limits),
    createSearchText(limits),
    createWriteFile(limits),
    createEditFile(limits),
    createRunCommand({ limits, environment, tracer }),
  ];
  return {
    name: "tools",
    config: toolsSection,
    migrations: [],
    operations: [listOperation(tools)],
    tools,
    effect: [createProcessSlots(limits.maxProcesses)],
  };
}

const summary = z.object({
  name: z.string(),
  description: z.string(),
  effect: z.enum(["read", "write"]),
  input: z.record(z.string(), z.unknown()),
});

function listOperation(tools: readonly AnyTool[]) {
  return operation({
    name: "tool.list",
    summary: "Lists the built-in tools that agents may call, with the JSON Schema of their arguments",
    method: "GET",
    path: "/tools",
    role: "viewer",
    effect: "read",
    idempotent: true,
    input: z.strictObject({}),
    output: z.array(summary),
    faces: ["cli", "http", "sdk", "mcp"],
    cli: { examples: ["tutti tool list", "tutti tool list --json"] },
    handle: async () =>
      tools.map(({ name, description, effect, input }) => ({
        name,
        description,
        effect,
        input: { ...z.toJSONSchema(input, { io: "input" }) },
      })),
  });
}

export { toolsSection } from "./limits.ts";
export { endProcessGroup, processStartTime } from "./process-group.ts";
export { runProcess } from "./process.ts";
