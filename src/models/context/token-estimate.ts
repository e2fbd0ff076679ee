import { createCalibration, type Belief } from "./calibration.ts";
import type { ChatMessage, ChatRequest } from "../chat-model.ts";
import { blocksOf, type PromptPart } from "./conversation.ts";
import { addShapes, emptyShape, shapeOf, type TextShape } from "./token-shape.ts";

/** Tokens of a prompt; the truth lies between `low` and `high` in all but about one of a hundred prompts. */
export interface TokenEstimate {
  readonly low: number;
  readonly likely: number;
  readonly high: number;
  /** Their sum is a little less than `likely`: what the template adds once belongs to none. */
  readonly parts: Readonly<Record<PromptPart, number>>;
}

/** Guesses how many tokens one model makes of a prompt, better with every count that its server tells. */
export interface TokenEstimator {
  /** How many counts it was told. */
  readonly samples: number;
  estimate(request: ChatRequest): TokenEstimate;
  readonly tokensOf: (messages: readonly ChatMessage[]) => number;
  /** The server has read this prompt, the whole of it, as so many tokens. */
  learn(request: ChatRequest, inputTokens: number): void;
}

// What is believed of a model before its first answer, in the order of `featuresOf`. Llama 3 and Mistral make
// 0.8 to 1.1 tokens of a piece of English, code or JSON; what is not ASCII differs by more than two. A tokenizer of bytes
// makes one token of each byte. Templates take 3 to 6 tokens a message, and some bring a greeting with the date.
const beliefs: readonly Belief[] = [
  { weight: 1, deviation: 0.3 },
  { weight: 0.85, deviation: 0.5 },
  { weight: 0.85, deviation: 0.5 },
  { weight: 0, deviation: 0.3 },
  { weight: 0.1, deviation: 0.3 },
  { weight: 5, deviation: 4 },
  { weight: 8, deviation: 12 },
];

// Standard deviations on each side.
const bandWidth = 3;
// What is not known yet is mostly how much more than a token a piece makes: no tokenizer that was tried made less than 0.4
// (of long runs of spaces).
const mostBelow = 2.5;

export function createTokenEstimator(): TokenEstimator {
  const calibration = createCalibration(beliefs);
  // The history of an agent comes again with every turn.
  const known = new WeakMap<ChatMessage, TextShape>();
  const messageShape = (message: ChatMessage): TextShape => {
    const shape = known.get(message) ?? shapeOf(textOf(message));
    known.set(message, shape);
    return shape;
  };
  const promptOf = (messages: readonly ChatMessage[]): Prompt => ({
    text: messages.map(messageShape).reduce(addShapes, emptyShape),
    tools: emptyShape,
    messages: messages.length,
    once: 0,
  });
  const tokensOf = (prompt: Prompt): number =>
    Math.max(
      0,
      featuresOf(prompt).reduce((sum, count, index) => sum + count * (calibration.weights[index] ?? 0), 0),
    );
  const whole = (request: ChatRequest): Prompt => ({
    ...promptOf(request.messages),
    tools: toolShape(request),
    once: 1,
  });
  return {
    get samples() {
      return calibration.samples;
    },
    tokensOf: (messages) => Math.round(tokensOf(promptOf(messages))),
    estimate(request) {
      const { value, spread } = calibration.guess(featuresOf(whole(request)));
      const width = 1 + bandWidth * spread;
      const parts = { system: 0, goal: 0, tools: 0, history: 0, newest: 0 };
      for (const { part, messages } of blocksOf(request.messages))
        parts[part] += Math.round(tokensOf(promptOf(messages)));
      parts.tools = Math.round(tokensOf({ ...promptOf([]), tools: toolShape(request) }));
      return {
        low: Math.floor(value / Math.min(width, mostBelow)),
        likely: Math.round(value),
        high: Math.ceil(value * width),
        parts,
      };
    },
    learn: (request, inputTokens) => calibration.learn(featuresOf(whole(request)), inputTokens),
  };
}

interface Prompt {
  readonly text: TextShape;
  readonly tools: TextShape;
  readonly messages: number;
  /** 1 for a whole prompt: what the template adds whatever is in it. */
  readonly once: number;
}

/** What the weights are about. Tools are JSON to the tokenizer, and something more that the template writes around them. */
function featuresOf({ text, tools, messages, once }: Prompt): readonly number[] {
  const { pieces, ideographs, symbols, bytes } = addShapes(text, tools);
  return [pieces, ideographs, symbols, bytes, tools.pieces, messages, once];
}

function textOf({ content, toolCalls }: ChatMessage): string {
  return toolCalls?.length ? content + JSON.stringify(toolCalls) : content;
}

function toolShape({ tools }: ChatRequest): TextShape {
  return tools?.length ? shapeOf(JSON.stringify(tools)) : emptyShape;
}
