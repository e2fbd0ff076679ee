import { TuttiError } from "../../core/error.ts";
import type { ChatAnswer, ChatCall, ChatModel, ChatRequest } from "../chat-model.ts";
import { serverFailureOf } from "./failure.ts";
import type { ServerHealth } from "./health.ts";

/** One of several servers that have a model of the same name. */
export interface Candidate {
  readonly server: string;
  readonly health: ServerHealth;
  /** Gives up where the server is too busy. */
  readonly hasty: ChatModel;
  /** Waits for a server that is too busy. */
  readonly patient: ChatModel;
}

/**
 * One model on several servers: the first that is there and has it answers, and the answer's `model` says which. Another one is
 * asked only where a server is not there, lacks the model or is too busy, and never after a piece of an answer was handed on.
 */
export function failover([first, ...others]: readonly [Candidate, ...Candidate[]]): ChatModel {
  const candidates = [first, ...others];
  return {
    name: first.patient.name,
    async chat(request, call) {
      const failures: { readonly candidate: Candidate; readonly error: TuttiError }[] = [];
      // What is known to be down is asked last: it may be back, but nobody should wait to find out.
      for (const candidate of candidates.toSorted((left, right) => rank(left) - rank(right))) {
        const tried = await attempt(candidate, request, call);
        if ("answer" in tried) return tried.answer;
        failures.push({ candidate, error: tried.error });
      }
      const busy = failures.find(({ error }) => serverFailureOf(error) === "busy");
      if (busy) return busy.candidate.patient.chat(request, call);
      throw noneAnswers(first.patient.name, failures);
    },
  };
}

function rank({ health }: Candidate): number {
  return health.known?.ok === false ? 1 : 0;
}

async function attempt(
  { hasty }: Candidate,
  request: ChatRequest,
  call: ChatCall,
): Promise<{ readonly answer: ChatAnswer } | { readonly error: TuttiError }> {
  let hasBegun = false;
  const onChunk: ChatCall["onChunk"] = (chunk) => {
    hasBegun = true;
    call.onChunk?.(chunk);
  };
  try {
    return { answer: await hasty.chat(request, { ...call, onChunk }) };
  } catch (error) {
    if (hasBegun || !(error instanceof TuttiError) || !mayBeElsewhere(error)) throw error;
    return { error };
  }
}

function mayBeElsewhere(error: TuttiError): boolean {
  return error.code === "model.missing" || serverFailureOf(error) !== "other";
}

function noneAnswers(
  model: string,
  failures: readonly { readonly candidate: Candidate; readonly error: TuttiError }[],
): TuttiError {
  const reasons = failures.map(({ candidate, error }) => `${candidate.server}: ${error.message}`);
  const isMissing = failures.every(({ error }) => error.code === "model.missing");
  const servers = failures.map(({ candidate }) => candidate.server);
  if (isMissing) {
    return new TuttiError("model.missing", `No server of models.failover has ${model}. ${reasons.join("; ")}`, {
      cause: failures[0]?.error,
      hint: failures[0]?.error.hint ?? "`tutti models list` shows what is there.",
      data: { servers },
    });
  }
  return new TuttiError(
    "model.unreachable",
    `No server of models.failover answers for ${model}. ${reasons.join("; ")}`,
    {
      cause: failures[0]?.error,
      hint: "Start one of them, or correct their addresses in models.host and models.servers.",
      data: { servers },
    },
  );
}
