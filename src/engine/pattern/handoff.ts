import { z } from "zod";
import type { Agent } from "../work-ports.ts";
import { bounded, decide, excerpt, listed, misused, someNames, undecided } from "./decide.ts";
import type { PatternModel, PatternStep } from "./decide.ts";

export interface HandoffAgent {
  /** What it is good at: the others read it. */
  readonly description?: string | undefined;
  readonly agent: Agent | string;
  /** Whom it may hand over to; default: all the others. */
  readonly to?: readonly string[] | undefined;
}

export interface HandoffRequest extends PatternModel {
  readonly prompt: string;
  readonly agents: Readonly<Record<string, HandoffAgent>>;
  /** Who begins; default: the first one. */
  readonly start?: string | undefined;
  /** How often one agent may have control; default: 1, so that nobody gets it back and there is always an end. */
  readonly maxVisits?: number | undefined;
  /** What a decision counts as that is not valid: `answer` (default), or `fail` with `pattern.undecided`. */
  readonly unclear?: "answer" | "fail" | undefined;
}

export interface Handover {
  readonly from: string;
  readonly to: string;
  readonly reason: string;
}

export interface HandedOff {
  readonly answer: string;
  readonly by: string;
  readonly handovers: readonly Handover[];
  /** Why the last agent's words count as the answer, where it did not decide that by itself. */
  readonly unclear: string | null;
}

/** Agents work on one matter in turn: each answers, or hands control to another one with a reason. */
export async function handoff(step: PatternStep, name: string, request: HandoffRequest): Promise<HandedOff> {
  const { agents, maxVisits = 1, unclear = "answer" } = request;
  const names = someNames(name, Object.keys(agents), "agents");
  bounded(name, "maxVisits", maxVisits);
  checkNames(name, names, request);
  const visits = new Map<string, number>();
  const handovers: Handover[] = [];
  const notes: string[] = [];
  for (let active = request.start ?? names[0]; ;) {
    visits.set(active, (visits.get(active) ?? 0) + 1);
    const said = await speak(step, `${name}.${active}`, { request, active, notes });
    const others = (agents[active]?.to ?? names).filter(
      (other) => other !== active && (visits.get(other) ?? 0) < maxVisits,
    );
    if (others.length === 0) return { answer: said, by: active, handovers, unclear: null };
    const decided = await choose(step, `${name}.${active} decides`, { request, active, others, said });
    if ("problem" in decided) {
      if (unclear === "answer") return { answer: said, by: active, handovers, unclear: decided.problem };
      throw undecided(name, `${active} gave no valid decision (${decided.problem})`, "Set unclear to answer.");
    }
    const { next, reason } = decided.output;
    if (next === stays) return { answer: said, by: active, handovers, unclear: null };
    handovers.push({ from: active, to: next, reason });
    notes.push(`${active} said: ${excerpt(said)}\n${active} handed over to ${next}: ${reason}`);
    active = next;
  }
}

// No agent can be called so: it is what an agent says that keeps control and answers.
const stays = "answer";

function checkNames(name: string, names: readonly string[], { agents, start }: HandoffRequest): void {
  if (names.includes(stays)) throw misused(name, `no agent can be called "${stays}"`);
  const given = [...(start === undefined ? [] : [start]), ...names.flatMap((agent) => agents[agent]?.to ?? [])];
  const unknown = given.find((agent) => !names.includes(agent));
  if (unknown !== undefined) throw misused(name, `there is no agent "${unknown}" (there are: ${names.join(", ")})`);
}

interface Turn {
  readonly request: HandoffRequest;
  readonly active: string;
  readonly notes: readonly string[];
}

async function speak(step: PatternStep, name: string, { request, active, notes }: Turn): Promise<string> {
  const prompt = [request.prompt, ...notes].join("\n\n");
  return (await step.agent(name, request.agents[active]?.agent ?? active, { prompt })).text;
}

interface Choice {
  readonly request: HandoffRequest;
  readonly active: string;
  readonly others: readonly string[];
  readonly said: string;
}

function choose(step: PatternStep, name: string, { request, active, others, said }: Choice) {
  const { prompt, agents, model, options, optional } = request;
  const known = Object.fromEntries(others.map((other) => [other, agents[other] ?? {}]));
  return decide(step, name, {
    model,
    options,
    optional,
    system: `You are ${active}${describe(agents[active])}. Keep control with "${stays}" if what you said answers the matter. Else hand over to one of:\n${listed(known)}`,
    prompt: `The matter:\n${prompt}\n\nYou said:\n${excerpt(said)}`,
    schema: z.object({ next: z.enum([stays, ...others]), reason: z.string().max(200).default("") }),
  });
}

function describe(agent: HandoffAgent | undefined): string {
  return agent?.description === undefined ? "" : `, ${agent.description}`;
}
