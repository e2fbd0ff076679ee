import { z } from "zod";
import { TuttiError } from "../../core/error.ts";
import type { AnyTool } from "../../core/tool.ts";
import type { ToolCall, ToolDefinition } from "../../models/chat-model.ts";
import { missingTool, parseArguments, toolsThere } from "../tool-call.ts";
import type { Agent, WorkPorts } from "../work-ports.ts";

/** What an agent may call: tools, and agents that it hands tasks to. */
export type Offered = ReadonlyMap<string, { readonly tool: AnyTool; readonly agent?: Agent }>;

export function offeredTo(ports: WorkPorts, agent: Agent, helpers: readonly Agent[]): Offered {
  const tools = toolsOf(ports, agent);
  const offered = new Map<string, { tool: AnyTool; agent?: Agent }>(tools.map((tool) => [tool.name, { tool }]));
  for (const helper of helpers) {
    const tool = toTool(helper);
    if (offered.has(tool.name)) {
      throw new TuttiError(
        "agent.invalid",
        `agent "${agent.name}" has two tools or agents of the name "${tool.name}"`,
        {
          hint: "Give the agent that it hands tasks to another name.",
        },
      );
    }
    offered.set(tool.name, { tool, agent: helper });
  }
  return offered;
}

const task = z.strictObject({ prompt: z.string().min(1).describe("The task, with all that is needed to do it.") });

/** An agent as its caller's model sees it. What it is called with is its prompt; the turn starts it. */
function toTool({ name, description }: Agent): AnyTool {
  return {
    name: name.replaceAll(/[^\w-]+/g, "_"),
    description:
      `Hands a task to the agent ${name}, which knows nothing of this conversation. ${description ?? ""}`.trim(),
    input: task,
    effect: "write",
    call: async () => undefined,
  };
}

export function promptOf(values: unknown): string {
  return task.parse(values).prompt;
}

export function definitionsOf(tools: Iterable<AnyTool>): ToolDefinition[] {
  return [...tools].map(({ name, description, input }) => ({
    name,
    description,
    parameters: z.toJSONSchema(input, { io: "input" }),
  }));
}

/** What is wrong with a call, in words that its model can do something with; undefined where nothing is. */
export function problemOf(
  { name, arguments: values }: ToolCall,
  tools: ReadonlyMap<string, AnyTool>,
): string | undefined {
  const tool = tools.get(name);
  if (!tool) {
    const { message, hint = "" } = missingTool(name, tools);
    return `${message}. ${hint}`;
  }
  const parsed = parseArguments(tool, values);
  return "problem" in parsed ? parsed.problem : undefined;
}

function toolsOf(ports: WorkPorts, { name, tools = [], withoutTools = [] }: Agent): AnyTool[] {
  const given = tools.flatMap((tool) => {
    if (typeof tool !== "string") return [tool];
    return tool === "*" ? [...ports.tools.values()] : [ports.tools.get(tool) ?? unknownTool(ports, name, tool)];
  });
  const byName = new Map(given.map((tool) => [tool.name, tool]));
  return [...byName.values()].filter((tool) => !withoutTools.includes(tool.name));
}

function unknownTool(ports: WorkPorts, agent: string, tool: string): never {
  throw new TuttiError("agent.invalid", `agent "${agent}" names the tool "${tool}", which does not exist`, {
    hint: toolsThere(ports.tools),
  });
}
