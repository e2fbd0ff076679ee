import { TuttiError } from "../../core/error.ts";
import { canonicalJson } from "../../core/json.ts";
import type { AnsweredCall, ModelResult } from "../model/model-call.ts";

/** One call of a turn and what its model is told about it. */
export interface Told {
  readonly call: AnsweredCall;
  readonly text: string;
}

// All names that were not offered count as one: a model that makes up another each time gets nowhere either.
const unknownTool = "an unknown tool";

/**
 * Watches how an agent's model behaves: the same tool called wrongly twice in a row, turns that bring nothing new, an
 * answer that is empty. Each is told to the model first, and ends the agent when it goes on.
 */
export class Conduct {
  readonly #agent: string;
  readonly #mostRepeats: number;
  readonly #strikes = new Map<string, number>();
  readonly #seen = new Set<string>();
  #repeats = 0;
  #wasEmpty = false;
  #wasInDoubt = false;

  constructor(agent: string, mostRepeats: number) {
    this.#agent = agent;
    this.#mostRepeats = mostRepeats;
  }

  /** What its model is told about an answer without calls that may be none; null where it is one. */
  doubt({ text, output, repairs = [] }: ModelResult<unknown>): string | null {
    if (output !== undefined) return null;
    if (text.trim() === "") return this.#askedForWords();
    const call = repairs.find(({ kind }) => kind === "call_in_doubt");
    if (!call || this.#wasInDoubt) return null;
    this.#wasInDoubt = true;
    return `In your answer ${call.detail}. To make it, answer with the call alone. If you only meant to talk about it, give your answer again.`;
  }

  /** Throws where the answer was empty before. */
  #askedForWords(): string {
    if (this.#wasEmpty) {
      throw new TuttiError("agent.no_answer", `agent "${this.#agent}" answered with nothing, twice`, {
        hint: "Choose a model that follows instructions better, or raise options.maxTokens where it thinks first.",
        data: { agent: this.#agent },
      });
    }
    this.#wasEmpty = true;
    return "Your answer was empty. Answer the task in words, or call a tool.";
  }

  /** What is to be added to what the model is told; throws where it has been told before. */
  judge(told: readonly Told[]): string {
    if (told.length === 0) return "";
    this.#wasInDoubt = false;
    this.#countWrong(told);
    return this.#countRepeats(told);
  }

  #countWrong(told: readonly Told[]): void {
    const wrong = new Map<string, AnsweredCall>();
    for (const { call } of told) if (call.problem !== undefined) wrong.set(kindOf(call), call);
    for (const { call } of told) if (!wrong.has(kindOf(call))) this.#strikes.delete(kindOf(call));
    for (const [kind, call] of wrong) {
      if (this.#strikes.has(kind)) throw this.#wrongTwice(kind, call);
      this.#strikes.set(kind, 1);
    }
  }

  #wrongTwice(kind: string, { name, arguments: values, problem = "" }: AnsweredCall): TuttiError {
    const what = kind === unknownTool ? kind : `the tool "${kind}"`;
    return new TuttiError(
      "agent.tool_call_invalid",
      `the model of agent "${this.#agent}" called ${what} wrongly, was told so, and did it again: ${problem}`,
      {
        hint: "Make the tool's schema and description simpler, or choose a model that is better at calling tools.",
        data: { agent: this.#agent, tool: name, arguments: values, problem },
      },
    );
  }

  #countRepeats(told: readonly Told[]): string {
    const marks = told.map(({ call, text }) => `${call.name} ${canonicalJson(call.arguments, "a call")} ${text}`);
    const isNew = marks.some((mark) => !this.#seen.has(mark));
    for (const mark of marks) this.#seen.add(mark);
    this.#repeats = isNew ? 0 : this.#repeats + 1;
    if (this.#repeats >= this.#mostRepeats) throw this.#loop(told);
    if (this.#repeats < Math.max(1, Math.floor(this.#mostRepeats / 2))) return "";
    return "\n[You have made this call before, with the same result. Do something else, or answer with what you know.]";
  }

  #loop(told: readonly Told[]): TuttiError {
    const calls = told.map(({ call }) => ({ tool: call.name, arguments: call.arguments }));
    const turns = this.#repeats;
    return new TuttiError(
      "agent.loop",
      `agent "${this.#agent}" made only calls that it had made before, with the same results, for ${turns} turns in a row`,
      {
        hint: "Make the task clearer, give it a tool that helps, or raise maxRepeats where it has to wait for something.",
        data: { agent: this.#agent, limit: "maxRepeats", allowed: this.#mostRepeats, used: turns, calls },
      },
    );
  }
}

function kindOf({ name, problem = "" }: AnsweredCall): string {
  return problem.startsWith("there is no tool") ? unknownTool : name;
}
