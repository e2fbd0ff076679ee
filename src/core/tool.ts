import type { z } from "zod";
import type { Log } from "./log.ts";

export interface ToolContext {
  /** Aborts when the step is cancelled or its deadline passes. */
  readonly signal: AbortSignal;
  /** The folder that file tools are confined to: an absolute path. */
  readonly workspace: string;
  /** The step's key: the same again when a cut-off call runs again. */
  readonly key: string;
  readonly log: Log;
}

/** A function that an agent or a flow may call. Its result must be JSON. */
export interface Tool<Input = never, Output = unknown> {
  readonly name: string;
  readonly description: string;
  readonly input: z.ZodType<Input>;
  /** `read` may be repeated freely; `write` changes something outside the journal. */
  readonly effect: "read" | "write";
  call(input: Input, context: ToolContext): Promise<Output>;
}

/** Any tool, whatever its input: what lists of tools hold. Its arguments are parsed by `input` before `call`. */
export type AnyTool = Omit<Tool, "call" | "input"> & {
  readonly input: z.ZodType;
  // A method, so that a Tool of any input fits: `input` has parsed the value before this is called.
  call(input: never, context: ToolContext): Promise<unknown>;
};
