import type { ToolCall } from "../../src/models/chat-model.ts";
import type { ToolName } from "./tool.ts";

export interface Expected {
  readonly name: ToolName;
  readonly arguments: object;
}

/** A wrong answer that holds calls, and the calls that were meant. */
export interface CallCase {
  /** What is wrong with it, as facts, peers and issue threads name it. */
  readonly kind: string;
  readonly text?: string;
  /** What the server had taken for calls, where it did. */
  readonly native?: readonly ToolCall[];
  readonly isCut?: boolean;
  readonly calls: readonly Expected[];
}

/** An answer that looks as if it held a call, and must not be taken for one. */
export interface RefusedCall {
  readonly kind: string;
  readonly text: string;
  readonly isCut?: boolean;
}

/** A wrong answer to a request for JSON, and the output that was meant. */
export interface OutputCase {
  readonly kind: string;
  readonly schema: "verdict" | "person" | "list" | "loose";
  readonly text: string;
  readonly isCut?: boolean;
  readonly output: unknown;
}

/** An answer that must not be taken for the output. */
export type RefusedOutput = Omit<OutputCase, "output">;

export const weather = (city = "Paris", more: object = {}): Expected => ({
  name: "get_weather",
  arguments: { city, ...more },
});
