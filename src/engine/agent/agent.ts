import type { z } from "zod";
import { StepError, TuttiError } from "../../core/error.ts";
import { addUsage, noUsage, type Usage } from "../../core/step.ts";
import type { VerbHost } from "../../core/verb.ts";
import type { ChatMessage, FinishReason } from "../../models/chat-model.ts";
import { Conduct } from "./agent-conduct.ts";
import { refuseUnfit } from "./agent-file-limit.ts";
import { limitsOf, mustHaveTime, refuseDepth, refuseTokens, refuseTurns, type Limits } from "./agent-limit.ts";
import { createResults } from "./agent-result.ts";
import { offeredTo } from "./agent-tool.ts";
import { isForTheModel, spentBy, takeTurn, type Turn, type TurnHost } from "./agent-turn.ts";
import type { ModelResult } from "../model/model-call.ts";
import { refuseOptions } from "../model/model-options.ts";
import { ScopeOutcome, type InnerScope, type ScopeHost } from "../step.ts";
import type { Agent, WorkPorts } from "../work-ports.ts";

export interface AgentResult<Output = unknown> {
  readonly text: string;
  /** Only where the request had a schema for it. */
  readonly output?: Output;
  readonly turns: number;
  /** With that of agents which it has handed tasks to. */
  readonly usage: Usage;
  /** The answer was cut off by `options.maxTokens`. */
  readonly finishReason?: Extract<FinishReason, "length">;
}

export interface AgentRequest<Schema extends z.ZodType = z.ZodType<undefined>> {
  readonly prompt: string;
  /** The answer must be JSON of this shape: `output` in the result. */
  readonly output?: Schema;
}

/** Declares an agent in a flow's file. */
export function defineAgent(agent: Agent): Agent {
  return agent;
}

interface Started {
  readonly name: string;
  readonly agent: Agent | string;
  readonly request: AgentRequest<z.ZodType>;
  /** What the agent that hands the task over leaves to this one. */
  readonly left?: { readonly depth: number; readonly timeMs: number };
}

/**
 * The durable loop: each model turn and each tool call is a step of its own, so a crash in turn 7 goes on in turn 7. A
 * tool that fails is told to the model, which may do better.
 */
export function runAgent(
  ports: WorkPorts,
  host: VerbHost & ScopeHost,
  { name, agent, request, left }: Started,
): Promise<unknown> {
  const input = { agent: typeof agent === "string" ? agent : agent.name, prompt: request.prompt };
  return host.scope("agent", name, input, async (inner) => {
    if (left && left.depth < 0) refuseDepth(input.agent);
    const { host: steps }: TurnHost = inner.step;
    // A file's agent is read in a step: what it said then is what the whole run goes by.
    const role = typeof agent === "string" ? await readAgent(ports, steps, agent) : agent;
    refuseOptions("agent.invalid", `agent "${role.name}"`, role);
    refuseUnfit(role, request.prompt);
    const helpers: Agent[] = [];
    for (const helper of role.agents ?? [])
      helpers.push(typeof helper === "string" ? await readAgent(ports, steps, helper) : helper);
    const limits = limitsOf(role, left);
    const spent: Spent = { usage: noUsage };
    try {
      return await converse({ ports, inner, agent: role, helpers, limits, spent }, request);
    } catch (error) {
      throw left && error instanceof StepError ? usedByHelper(error, spent) : withUsage(error, spent);
    }
  });
}

async function readAgent(ports: WorkPorts, host: VerbHost, name: string): Promise<Agent> {
  const result = await host.effect({
    kind: "run",
    name: "read agent",
    input: { agent: name },
    perform: async ({ folder }) => ({ status: "succeeded", result: toStored(await ports.findAgent(name, folder)) }),
  });
  return result as Agent;
}

/** Only what the agent goes by: a file has other keys, which need not be JSON. */
function toStored(agent: Agent): Agent {
  const { name, description, instructions, model, tools, withoutTools, agents, options, onOverflow } = agent;
  const { maxTurns, maxTotalTokens, maxToolCalls, maxTime, maxDepth, maxRepeats, maxResultSize } = agent;
  const limits = { maxTurns, maxTotalTokens, maxToolCalls, maxTime, maxDepth, maxRepeats, maxResultSize };
  return { name, description, instructions, model, tools, withoutTools, agents, options, onOverflow, ...limits };
}

interface Conversation {
  readonly ports: WorkPorts;
  readonly inner: InnerScope;
  readonly agent: Agent;
  readonly helpers: readonly Agent[];
  readonly limits: Limits;
  readonly spent: Spent;
}

/** What all turns so far have used, also where the agent does not get to an answer. */
interface Spent {
  usage: Usage;
}

/** The failure of a step in an agent that was handed a task: its caller, which goes on, has used what was used until then. */
function usedByHelper(error: StepError, spent: Spent): StepError {
  if (!isForTheModel(error)) return error;
  const { code, message, data } = error;
  const usage = addUsage(spent.usage, spentBy(error));
  return new StepError({ code, message, data: { ...recordOf(data), usage } });
}

/**
 * What the agent itself gave up says what it has used. A step's failure stays as its row has it: by that a retry finds the
 * step that ended the run.
 */
function withUsage(error: unknown, spent: Spent): unknown {
  if (!(error instanceof TuttiError) || !error.code.startsWith("agent.")) return error;
  const { code, message, hint, data } = error;
  const own = { ...recordOf(data), usage: spent.usage };
  return new TuttiError(code, message, { cause: error, ...(hint ? { hint } : {}), data: own });
}

function recordOf(data: unknown): object {
  return typeof data === "object" && data !== null ? data : {};
}

async function converse(conversation: Conversation, request: AgentRequest<z.ZodType>): Promise<ScopeOutcome> {
  const { ports, inner, agent, helpers, limits, spent } = conversation;
  const offered = offeredTo(ports, agent, helpers);
  const results = createResults(limits.resultSize);
  const conduct = new Conduct(agent.name, limits.repeats);
  const messages: ChatMessage[] = [
    { role: "system", content: agent.instructions },
    { role: "user", content: request.prompt },
  ];
  const startedAt = await startClock(inner.step, limits);
  const soFar = { toolCalls: 0, offered: -1 };
  for (let turn = 1; turn <= limits.turns; turn++) {
    const taken: Turn = await inner.branch(`turn ${turn}`, (step: TurnHost) => {
      const leftMs = mustHaveTime(limits, { startedAt, now: step.now() });
      const handOver = { depth: limits.depth - 1, timeMs: leftMs };
      return takeTurn({ ports, agent, limits, offered, results }, step, {
        ...soFar,
        messages,
        leftMs,
        spend: (usage) => void (spent.usage = addUsage(spent.usage, usage)),
        schema: request.output,
        runHelper: (helper, called) =>
          runAgent(ports, step.host, { name: called.name, agent: helper, request: called, left: handOver }),
      });
    });
    const { answer, told } = taken;
    soFar.toolCalls += told.length;
    soFar.offered = taken.offered;
    const doubt = told.length === 0 ? conduct.doubt(answer) : null;
    if (told.length === 0 && doubt === null) return ended(answer, turn, spent.usage);
    messages.push(toMessage(answer));
    if (doubt !== null) messages.push({ role: "user", content: doubt });
    messages.push(...toolMessages(told, conduct.judge(told)));
    refuseTokens(limits, spent.usage);
  }
  return refuseTurns(limits);
}

/** Only where time is limited: a step of its own says when it began, the same in every replay. */
async function startClock(step: TurnHost, { timeMs }: Limits): Promise<number> {
  if (timeMs === undefined) return 0;
  await step.host.effect({ kind: "run", name: "start the clock", perform: async () => ({ status: "succeeded" }) });
  return step.now();
}

/** What the model is told of its calls, with a hint behind the last. */
function toolMessages(told: Turn["told"], hint: string): readonly ChatMessage[] {
  return told.map(({ call, text }, index): ChatMessage => {
    const last = index === told.length - 1 ? hint : "";
    return { role: "tool", toolName: call.name, content: `${text}${last}` };
  });
}

function toMessage({ text, toolCalls = [] }: ModelResult<unknown>): ChatMessage {
  const calls = toolCalls.map(({ problem: _problem, ...call }) => call);
  return { role: "assistant", content: text, toolCalls: calls };
}

function ended({ text, output, finishReason }: ModelResult<unknown>, turns: number, usage: Usage): ScopeOutcome {
  const result: AgentResult = {
    text,
    ...(output === undefined ? {} : { output }),
    turns,
    usage,
    ...(finishReason === "length" ? { finishReason } : {}),
  };
  return new ScopeOutcome({ status: "succeeded", result });
}
