import type { ChatModel, ChatRequest } from "../models/chat-model.ts";
import { choose, type Assessment, type Candidate, type Needs } from "./model-choice.ts";

/** What the choice of a model needs of others; app.ts hands it in. */
export interface ModelChoicePorts {
  /** The chat models that can be asked now. */
  candidates(signal: AbortSignal): Promise<readonly Candidate[]>;
  /** Why a model cannot do what is needed, as far as that is known; null where it can. */
  inability(model: string, needs: Needs, signal: AbortSignal): Promise<string | null>;
  /** A score from 0 to 1; null where there is none. */
  quality(model: string): Promise<number | null>;
  open(model: string, signal: AbortSignal): Promise<ChatModel>;
}

export interface AutoRequest {
  readonly request: ChatRequest;
  readonly needs: Needs;
  readonly payer: {
    readonly run?: string | undefined;
    readonly flow?: string | undefined;
    readonly agent?: string | undefined;
  };
}

/** What is known of every candidate for a call. */
export interface Assessor {
  assess(asked: AutoRequest, signal: AbortSignal): Promise<Assessment[]>;
}

/** The model `auto`: takes the best one for each call, and says in the answer why. */
export function createAutoModel({ open }: Pick<ModelChoicePorts, "open">, assessor: Assessor): ChatModel {
  return {
    name: "auto",
    async chat(request, call) {
      const { signal, caller } = call;
      const needs = needsOf(request);
      const payer = { run: caller?.run, flow: caller?.flow, agent: caller?.agent };
      const choice = choose(await assessor.assess({ request, needs, payer }, signal), needs);
      const model = await open(choice.model, signal);
      const answer = await model.chat(request, call);
      return { ...answer, choice };
    },
  };
}

// English text has about four characters a token; what does not fit by a wide margin is not even tried.
const charactersPerToken = 4;

function needsOf({ messages, tools = [], format, options = {} }: ChatRequest): Needs {
  const characters = messages.reduce((sum, { content }) => sum + content.length, 0);
  const estimated = Math.ceil(characters / charactersPerToken) + (options.maxTokens ?? 0);
  return {
    tools: tools.length > 0,
    schema: format !== undefined,
    contextTokens: Math.max(estimated, options.numCtx ?? 0),
  };
}
