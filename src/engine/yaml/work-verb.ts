import type { z } from "zod";
import { TuttiError } from "../../core/error.ts";
import { issueInWords } from "../../core/issue.ts";
import { handoff } from "../pattern/handoff.ts";
import { plan } from "../pattern/plan.ts";
import { refine } from "../pattern/refine.ts";
import { supervise } from "../pattern/supervise.ts";
import { vote } from "../pattern/vote.ts";
import type { StepOf } from "../step.ts";
import type { Agent } from "../work-ports.ts";
import type { WorkVerbs } from "../work-verbs.ts";
import * as spec from "./work-spec.ts";

/** What a YAML flow calls of another room: a review's request and decision are none of the engine's business. */
interface ReviewVerb {
  review(name: string, request: z.infer<typeof spec.reviewSpec>): Promise<unknown>;
}

export type YamlStep = StepOf<WorkVerbs & ReviewVerb>;

/** A kind of step that has values and no steps inside. */
export interface WorkVerb {
  readonly schema: z.ZodObject;
  /** The key that a value stands for that is no object: `sleep: 2h` is `sleep: { for: 2h }`. */
  readonly short?: string | undefined;
  readonly description: string;
  /** Runs it with what its expressions gave. Throws `ZodError` where that does not fit. */
  run(this: void, step: YamlStep, name: string, values: unknown, output: z.ZodType | null): Promise<unknown>;
}

interface Definition<Schema extends z.ZodObject> {
  readonly description: string;
  readonly schema: Schema;
  readonly short?: string;
  run(this: void, step: YamlStep, name: string, values: z.infer<Schema>, output: z.ZodType | null): Promise<unknown>;
}

function verb<Schema extends z.ZodObject>({ run, schema, ...rest }: Definition<Schema>): WorkVerb {
  return {
    ...rest,
    schema,
    run: (step, name, values, output) => run(step, name, schema.parse(values, { error: issueInWords }), output),
  };
}

const shell = verb({
  description: "Runs a program: { stdout, stderr, exitCode }",
  schema: spec.shellSpec,
  short: "argv",
  run: (step, name, { argv, ...options }) => step.shell(name, argv, options),
});

const model = verb({
  description: "One call of a model: { text, output, … }",
  schema: spec.modelSpec,
  short: "prompt",
  run(step, name, { system, messages = [], output: _fields, ...request }, output) {
    const before = system === undefined ? messages : [{ role: "system" as const, content: system }, ...messages];
    return step.model<z.ZodType>(name, { ...request, messages: before, ...(output === null ? {} : { output }) });
  },
});

export const workVerbs: ReadonlyMap<string, WorkVerb> = new Map([
  ["shell", shell],
  ["model", model],
  [
    "agent",
    verb({
      description: "An agent with tools: { text, turns, usage }",
      schema: spec.agentSpec,
      run: (step, name, { use, prompt }) => step.agent(name, toAgent(name, use), { prompt }),
    }),
  ],
  [
    "tool",
    verb({
      description: "Calls a built-in tool",
      schema: spec.toolSpec,
      short: "use",
      run: (step, name, { use, arguments: values = {} }) => step.tool(name, use, values),
    }),
  ],
  [
    "review",
    verb({
      description: "Asks a human: { verdict, payload, answer, … }",
      schema: spec.reviewSpec,
      short: "title",
      run: (step, name, request) => step.review(name, request),
    }),
  ],
  [
    "sleep",
    verb({
      description: "Waits for a time",
      schema: spec.sleepSpec,
      short: "for",
      run: (step, name, values) => step.sleep(name, values.for),
    }),
  ],
  [
    "waitFor",
    verb({
      description: "Waits for an event: its payload, or null after the timeout",
      schema: spec.waitSpec,
      short: "event",
      run: (step, name, values) => step.waitFor(name, values),
    }),
  ],
  [
    "emit",
    verb({
      description: "Emits an event",
      schema: spec.emitSpec,
      short: "event",
      run: (step, name, { event, payload }) => step.emit(name, { name: event, payload }),
    }),
  ],
  [
    "flow",
    verb({
      description: "Runs another flow as a child: its output",
      schema: spec.flowSpec,
      short: "use",
      run: (step, name, { use, input }) => step.flow(name, use, input),
    }),
  ],
  [
    "fail",
    verb({
      description: "Fails with a message of your own",
      schema: spec.failSpec,
      short: "message",
      run: async (_step, _name, { message }) => Promise.reject(new TuttiError("flow.failed", message)),
    }),
  ],
  ...patternVerbs(),
]);

function patternVerbs(): [string, WorkVerb][] {
  return [
    [
      "supervise",
      verb({
        description: "A lead gives tasks to workers: { answer, isDone, turns, delegations }",
        schema: spec.superviseSpec,
        run: (step, name, { workers, ...request }) =>
          supervise(step, name, { ...request, workers: withAgents(workers) }),
      }),
    ],
    [
      "handoff",
      verb({
        description: "Agents hand control on: { answer, by, handovers, unclear }",
        schema: spec.handoffSpec,
        run: (step, name, { agents, ...request }) => handoff(step, name, { ...request, agents: withAgents(agents) }),
      }),
    ],
    [
      "vote",
      verb({
        description: "Several answers, and one of them: { winner, by, points, ballots }",
        schema: spec.voteSpec,
        run: vote,
      }),
    ],
    [
      "refine",
      verb({
        description: "Draft, critique, revision: { text, isAccepted, critiques }",
        schema: spec.refineSpec,
        run: refine,
      }),
    ],
    [
      "plan",
      verb({
        description: "A plan, carried out: { tasks, isDone, replans, isDefault }",
        schema: spec.planSpec,
        run: (step, name, { agent, ...request }) =>
          plan(step, name, { ...request, ...(agent === undefined ? {} : { agent: toAgent(name, agent) }) }),
      }),
    ],
  ];
}

type AgentRef = z.infer<typeof spec.agentRef>;

/** An agent that is written out is called as its step is, unless it has a name. */
function toAgent(name: string, use: AgentRef): Agent | string {
  return typeof use === "string" ? use : { ...use, name: use.name ?? name };
}

function withAgents<Entry extends { readonly agent: AgentRef }>(
  entries: Readonly<Record<string, Entry>>,
): Record<string, Omit<Entry, "agent"> & { readonly agent: Agent | string }> {
  return Object.fromEntries(
    Object.entries(entries).map(([name, entry]) => [name, { ...entry, agent: toAgent(name, entry.agent) }]),
  );
}
