import { z } from "zod";
import { StepError, TuttiError } from "../core/error.ts";
import { addUsage, noUsage, type Usage } from "../core/step.ts";
import type { AnyTool } from "../core/tool.ts";
import type { EffectSpec, VerbHost } from "../core/verb.ts";
import type { ChatMessage, ToolCall } from "../models/chat-model.ts";
import { modelIn, performModel, type ModelResult } from "./model-step.ts";
import { ScopeOutcome, type InnerScope, type ScopeHost } from "./step.ts";
import { missingTool, toolEffect, toolsThere } from "./tool-call.ts";
import type { Agent, WorkPorts } from "./work-ports.ts";

export interface AgentResult {
  readonly text: string;
  readonly turns: number;
  readonly usage: Usage;
}

/** Declares an agent in a flow's file. */
export function defineAgent(agent: Agent): Agent {
  return agent;
}

const defaultMaxTurns = 20;
// Above what the built-in tools hand over by their own limits, so that their notes ("read on with offset 900") are never
// cut off; a tool of one's own without a limit would fill every context.
const longestToolResult = 65_536;

/**
 * The durable loop: each model turn and each tool call is a step of its own, so a crash in turn 7 goes on in turn 7. A
 * tool that fails is told to the model, which may do better.
 */
export function runAgent(
  ports: WorkPorts,
  host: VerbHost & ScopeHost,
  request: { name: string; agent: Agent | string; prompt: string },
): Promise<unknown> {
  const { name, agent, prompt } = request;
  const input = { agent: typeof agent === "string" ? agent : agent.name, prompt };
  return host.scope("agent", name, input, async (inner) => {
    // A file's agent is read in a step: what it said then is what the whole run goes by.
    const role = typeof agent === "string" ? await readAgent(ports, inner, agent) : agent;
    return converse(ports, inner, role, prompt);
  });
}

interface Hosted {
  readonly host: VerbHost & ScopeHost;
}

async function readAgent(ports: WorkPorts, inner: InnerScope, name: string): Promise<Agent> {
  const result = await (inner.step as Hosted).host.effect({
    kind: "run",
    name: "read agent",
    input: { agent: name },
    perform: async ({ folder }) => {
      const {
        name: found,
        description,
        instructions,
        model,
        tools,
        withoutTools,
        maxTurns,
        options,
        onOverflow,
      } = await ports.findAgent(name, folder);
      // Only what the agent goes by: a file has other keys, which need not be JSON.
      return {
        status: "succeeded",
        result: { name: found, description, instructions, model, tools, withoutTools, maxTurns, options, onOverflow },
      };
    },
  });
  return result as Agent;
}

async function converse(ports: WorkPorts, inner: InnerScope, agent: Agent, prompt: string): Promise<ScopeOutcome> {
  const tools = toolsOf(ports, agent);
  const messages: ChatMessage[] = [
    { role: "system", content: agent.instructions },
    { role: "user", content: prompt },
  ];
  let usage: Usage = noUsage;
  const mostTurns = agent.maxTurns ?? defaultMaxTurns;
  for (let turn = 1; turn <= mostTurns; turn++) {
    const { answer, results }: Turn = await inner.branch(`turn ${turn}`, (step) =>
      takeTurn(ports, step as Hosted, { agent, tools, messages }),
    );
    usage = addUsage(usage, usageOf(answer));
    const { text, toolCalls = [] } = answer;
    if (toolCalls.length === 0)
      return new ScopeOutcome({ status: "succeeded", result: { text, turns: turn, usage } satisfies AgentResult });
    messages.push({ role: "assistant", content: text, toolCalls });
    for (const [index, call] of toolCalls.entries())
      messages.push({ role: "tool", toolName: call.name, content: results[index] ?? "" });
  }
  throw new TuttiError("agent.no_answer", `agent "${agent.name}" used its ${mostTurns} turns without an answer`, {
    hint: "Raise maxTurns, narrow the prompt, or choose a model that follows instructions better.",
  });
}

function usageOf({ usage, timings, model }: ModelResult<unknown>): Usage {
  return {
    calls: 1,
    ...usage,
    ...(timings ? { modelMs: Math.round(timings.totalMs) } : {}),
    ...(model ? { models: [model] } : {}),
  };
}

interface Turn {
  readonly answer: ModelResult<unknown>;
  readonly results: readonly string[];
}

interface Conversation {
  readonly agent: Agent;
  readonly tools: readonly AnyTool[];
  readonly messages: readonly ChatMessage[];
}

async function takeTurn(ports: WorkPorts, { host }: Hosted, { agent, tools, messages }: Conversation): Promise<Turn> {
  const definitions = tools.map(({ name, description, input }) => ({
    name,
    description,
    parameters: z.toJSONSchema(input, { io: "input" }),
  }));
  const call = {
    messages,
    options: agent.options,
    tools: definitions,
    isOptional: false,
    agent: agent.name,
    onOverflow: agent.onOverflow,
  };
  const effectOf = (model: string | undefined): EffectSpec => ({
    kind: "model",
    name: "model",
    // Only what is new since the turn before: the whole conversation in each row would grow with its square.
    input: { model: model ?? null, messages: newMessages(messages), options: agent.options ?? null },
    revise: (changed) => effectOf(modelIn(changed).model ?? model),
    perform: (context) => performModel(ports, context, { ...call, model }),
  });
  const answer = (await host.effect(effectOf(agent.model))) as ModelResult<unknown>;
  const known = new Map(tools.map((tool) => [tool.name, tool]));
  const results = await Promise.all((answer.toolCalls ?? []).map((toolCall) => useTool(ports, host, known, toolCall)));
  return { answer, results };
}

function newMessages(messages: readonly ChatMessage[]): readonly ChatMessage[] {
  const last = messages.findLastIndex((message) => message.role === "assistant");
  return messages.slice(last + 1);
}

/** The text that the model is told: the tool's result, or what went wrong. */
async function useTool(ports: WorkPorts, host: VerbHost, known: Tools, call: ToolCall): Promise<string> {
  const tool = known.get(call.name);
  try {
    const step = {
      // A model may write anything for a name, also what no step can be called.
      name: tool ? call.name : "unknown tool",
      tool: call.name,
      find: () => tool ?? unknownCall(call.name, known),
    };
    const result = await host.effect(toolEffect(ports, step, call.arguments));
    return cut(typeof result === "string" ? result : JSON.stringify(result ?? null));
  } catch (error) {
    if (error instanceof StepError && isForTheModel(error)) return cut(complaint(error));
    throw error;
  }
}

type Tools = ReadonlyMap<string, AnyTool>;

function unknownCall(name: string, known: Tools): never {
  throw missingTool(name, known);
}

/** A model can do better after a failed tool; a cancelled run, a full disk or a defect are not its business. */
function isForTheModel({ code }: StepError): boolean {
  return !/^(?:run|engine|storage|internal)\./.test(code);
}

function complaint({ message, data }: StepError): string {
  const hint = typeof data === "object" && data !== null && "hint" in data ? ` ${String(data.hint)}` : "";
  return `Error: ${message}${hint === "" ? "" : `.${hint}`}`;
}

function cut(text: string): string {
  if (text.length <= longestToolResult) return text;
  return `${text.slice(0, longestToolResult)}\n[${text.length - longestToolResult} more characters were left out]`;
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
