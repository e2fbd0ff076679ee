import type { z } from "zod";
import { StepError } from "../../core/error.ts";
import { noUsage, type Usage } from "../../core/step.ts";
import type { AnyTool } from "../../core/tool.ts";
import type { EffectSpec, VerbHost } from "../../core/verb.ts";
import type { ChatMessage, ToolDefinition } from "../../models/chat-model.ts";
import { outputSchema } from "../../models/output/structured-output.ts";
import type { Told } from "./agent-conduct.ts";
import { asOutOfTime, refuseToolCalls, type Limits } from "./agent-limit.ts";
import type { Results } from "./agent-result.ts";
import { definitionsOf, problemOf, promptOf, type Offered } from "./agent-tool.ts";
import type { Given } from "../model/given.ts";
import type { AnsweredCall, ModelResult } from "../model/model-call.ts";
import { modelIn, performModel } from "../model/model-step.ts";
import type { ScopeHost } from "../step.ts";
import { missingTool, toolEffect } from "../tool-call.ts";
import type { Agent, WorkPorts } from "../work-ports.ts";

/** The engine's own `step`, as far as a turn needs it. */
export interface TurnHost {
  readonly host: VerbHost & ScopeHost;
  now(): number;
}

export interface Turn {
  readonly answer: ModelResult<unknown>;
  /** How many tools it was offered. */
  readonly offered: number;
  /** One for each call of the answer, in their order. */
  readonly told: readonly Told[];
}

/** What is the same in all turns. */
export interface TurnPorts {
  readonly ports: WorkPorts;
  readonly agent: Agent;
  readonly limits: Limits;
  readonly offered: Offered;
  readonly results: Results;
}

export interface TurnState {
  readonly messages: readonly ChatMessage[];
  /** Milliseconds; infinite where time is not limited. */
  readonly leftMs: number;
  /** Told of every use as it is known, so that it counts however the turn ends. */
  spend(usage: Usage): void;
  /** How many tools the turn before was offered; -1 before the first. */
  readonly offered: number;
  /** Made so far. */
  readonly toolCalls: number;
  readonly schema: z.ZodType | undefined;
  /** Starts an agent that is offered as a tool. */
  runHelper(helper: Agent, called: { readonly name: string; readonly prompt: string }): Promise<unknown>;
}

/** One answer of the model, and what became of the calls in it. */
export async function takeTurn(given: TurnPorts, { host }: TurnHost, state: TurnState): Promise<Turn> {
  try {
    const tools = toolsNow(given);
    const answer = await askModel(given, host, { tools, state });
    state.spend(usageOf(answer));
    const calls = answer.toolCalls ?? [];
    refuseToolCalls(given.limits, { made: state.toolCalls, asked: calls.length });
    const told = await Promise.all(calls.map((call) => answerCall(given, host, { tools, state, call })));
    return { answer, told, offered: tools.size };
  } catch (error) {
    throw asOutOfTime(error, given.limits);
  }
}

type Tools = ReadonlyMap<string, AnyTool>;

function toolsNow({ offered, results }: TurnPorts): Tools {
  const tools = new Map([...offered].map(([name, { tool }]) => [name, tool]));
  if (results.tool && !tools.has(results.tool.name)) tools.set(results.tool.name, results.tool);
  return tools;
}

async function askModel(
  { ports, agent }: TurnPorts,
  host: VerbHost,
  { tools, state }: { tools: Tools; state: TurnState },
): Promise<ModelResult<unknown>> {
  const { messages, schema, offered, leftMs } = state;
  const definitions = definitionsOf(tools.values());
  const call = {
    messages,
    options: agent.options,
    onOverflow: agent.onOverflow,
    tools: definitions,
    problemOf: (one: AnsweredCall) => problemOf(one, tools),
    schema,
    isOptional: false,
    agent: agent.name,
    given: offered === tools.size ? undefined : toGiven(definitions, schema),
  };
  const effectOf = (model: string | undefined): EffectSpec => ({
    kind: "model",
    name: "model",
    // Only what is new since the turn before: the whole conversation in each row would grow with its square.
    input: { model: model ?? null, messages: newMessages(messages), options: agent.options ?? null },
    ...within(leftMs),
    revise: (changed) => effectOf(modelIn(changed).model ?? model),
    perform: (context) => performModel(ports, context, { ...call, model }),
  });
  return (await host.effect(effectOf(agent.model))) as ModelResult<unknown>;
}

/** Stored with the answer of the first turn, and of one that has other tools: what the model was given besides messages. */
function toGiven(tools: readonly ToolDefinition[], schema: z.ZodType | undefined): Given | undefined {
  if (tools.length === 0 && !schema) return undefined;
  return { tools, ...(schema ? { format: outputSchema(schema).format } : {}) };
}

function within(leftMs: number): { timeoutMs?: number } {
  return leftMs === Number.POSITIVE_INFINITY ? {} : { timeoutMs: leftMs };
}

function newMessages(messages: readonly ChatMessage[]): readonly ChatMessage[] {
  const last = messages.findLastIndex((message) => message.role === "assistant");
  return messages.slice(last + 1);
}

interface Called {
  readonly tools: Tools;
  readonly state: TurnState;
  readonly call: AnsweredCall;
}

/** What the model is told of a call: the tool's result, what an agent answered, or what went wrong. */
async function answerCall(given: TurnPorts, host: VerbHost, called: Called): Promise<Turn["told"][number]> {
  const { call } = called;
  if (call.problem !== undefined) {
    return { call, text: given.results.tell(`Error: ${call.problem}\nCorrect the call and make it again.`) };
  }
  try {
    const offer = given.offered.get(call.name);
    if (offer?.agent) {
      const prompt = promptOf(call.arguments);
      // The engine's own verb gives it.
      const helped = (await called.state.runHelper(offer.agent, { name: call.name, prompt })) as Helped;
      called.state.spend(helped.usage);
      return { call, text: given.results.tell(helped.text) };
    }
    const result = await host.effect(callEffect(given, called));
    const text = typeof result === "string" ? result : JSON.stringify(result ?? null);
    // A piece that was asked for is as long as may be.
    return { call, text: call.name === "read_result" ? text : given.results.tell(text) };
  } catch (error) {
    if (!(error instanceof StepError) || !isForTheModel(error)) throw error;
    called.state.spend(spentBy(error));
    return { call, text: given.results.tell(complaint(error)) };
  }
}

interface Helped {
  readonly text: string;
  readonly usage: Usage;
}

function callEffect({ ports }: TurnPorts, { tools, state, call }: Called): ReturnType<typeof toolEffect> {
  const tool = tools.get(call.name);
  const missing = (): never => {
    throw missingTool(call.name, tools);
  };
  // An answer that was stored with other code may name a tool that is not there any more, by a name that no step can have.
  const step = { name: tool ? call.name : "unknown tool", tool: call.name, find: () => tool ?? missing() };
  return { ...toolEffect(ports, step, call.arguments), ...within(state.leftMs) };
}

/** A model can do better after a failed tool; a cancelled run, a full disk or a defect are not its business. */
export function isForTheModel({ code }: StepError): boolean {
  return !/^(?:run|engine|storage|internal)\./.test(code);
}

function complaint({ message, data }: StepError): string {
  const hint = typeof data === "object" && data !== null && "hint" in data ? ` ${String(data.hint)}` : "";
  return `Error: ${message}${hint === "" ? "" : `.${hint}`}`;
}

function usageOf({ usage, calls = 1, timings, model }: ModelResult<unknown>): Usage {
  const { inputTokens, outputTokens } = usage;
  return {
    calls,
    ...(inputTokens === undefined ? {} : { inputTokens }),
    ...(outputTokens === undefined ? {} : { outputTokens }),
    ...(timings ? { modelMs: Math.round(timings.totalMs) } : {}),
    ...(model ? { models: [model] } : {}),
  };
}

/** What an agent, or an answer that was refused, says it has used, where it does. */
export function spentBy({ data }: StepError): Usage {
  const usage = typeof data === "object" && data !== null && "usage" in data ? data.usage : undefined;
  return (usage as Usage | undefined) ?? noUsage;
}
