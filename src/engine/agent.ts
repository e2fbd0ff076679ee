import { z } from "zod";
import { StepError, TuttiError } from "../core/error.ts";
import { addUsage, noUsage, type Usage } from "../core/step.ts";
import type { AnyTool } from "../core/tool.ts";
import type { VerbHost } from "../core/verb.ts";
import type { ChatMessage, ChatOptions, ToolCall } from "../models/chat-model.ts";
import { performModel, type ModelResult } from "./model-step.ts";
import { ScopeOutcome, type InnerScope, type ScopeHost } from "./step.ts";
import { missingTool, performTool } from "./tool-call.ts";
import type { WorkPorts } from "./work-ports.ts";

/** A named role. */
export interface Agent {
  readonly name: string;
  readonly description?: string | undefined;
  readonly instructions: string;
  readonly model?: string | undefined;
  /** Names of built-in tools, or tools of one's own; none unless given. */
  readonly tools?: readonly (string | AnyTool)[] | undefined;
  readonly maxTurns?: number | undefined;
  readonly options?: ChatOptions | undefined;
}

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
// A tool's result beyond this would fill a small model's context by itself; the model is told what was left out.
const longestToolResult = 20_000;

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
    perform: async () => ({ status: "succeeded", result: { ...(await ports.findAgent(name)) } }),
  });
  return result as Agent;
}

async function converse(ports: WorkPorts, inner: InnerScope, agent: Agent, prompt: string): Promise<ScopeOutcome> {
  const tools = (agent.tools ?? []).map((tool) =>
    typeof tool === "string" ? (ports.tools.get(tool) ?? unknownTool(tool, ports)) : tool,
  );
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
    usage = addUsage(usage, { calls: 1, ...answer.usage, ...(answer.model ? { models: [answer.model] } : {}) });
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
  const call = { model: agent.model, messages, options: agent.options, tools: definitions, isOptional: false };
  const answer = (await host.effect({
    kind: "model",
    name: "model",
    // Only what is new since the turn before: the whole conversation in each row would grow with its square.
    input: { model: agent.model ?? null, messages: newMessages(messages) },
    perform: (context) => performModel(ports, context, call),
  })) as ModelResult<unknown>;
  const results = await Promise.all((answer.toolCalls ?? []).map((toolCall) => useTool(ports, host, tools, toolCall)));
  return { answer, results };
}

function newMessages(messages: readonly ChatMessage[]): readonly ChatMessage[] {
  const last = messages.findLastIndex((message) => message.role === "assistant");
  return messages.slice(last + 1);
}

/** The text that the model is told: the tool's result, or what went wrong. */
async function useTool(ports: WorkPorts, host: VerbHost, tools: readonly AnyTool[], call: ToolCall): Promise<string> {
  const known = new Map(tools.map((tool) => [tool.name, tool]));
  try {
    const result = await host.effect({
      kind: "tool",
      name: call.name || "tool",
      input: { tool: call.name, arguments: call.arguments },
      perform: async (context) => {
        const tool = known.get(call.name);
        if (!tool) throw missingTool(call.name, known);
        return { status: "succeeded", result: await performTool(ports, context, tool, call.arguments) };
      },
    });
    return cut(typeof result === "string" ? result : JSON.stringify(result ?? null));
  } catch (error) {
    if (error instanceof StepError && error.code.startsWith("tool.")) return `Error: ${error.message}`;
    throw error;
  }
}

function cut(text: string): string {
  if (text.length <= longestToolResult) return text;
  return `${text.slice(0, longestToolResult)}\n[${text.length - longestToolResult} more characters were left out]`;
}

function unknownTool(name: string, ports: WorkPorts): never {
  throw missingTool(name, ports.tools);
}
