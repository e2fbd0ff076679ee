import type { z } from "zod";
import type { TraceContext } from "./trace.ts";

export type Face = "cli" | "http" | "sdk" | "mcp";
export type Role = "viewer" | "reviewer" | "operator" | "admin";

export interface OperationContext {
  /** Aborts when the caller goes away. */
  readonly signal: AbortSignal;
  /** Who asks, for the record: `cli`, a user's name … */
  readonly caller: string;
  /** Where the caller works, if that is on this machine: flows are sought from there upward, and runs work there. */
  readonly folder?: string | undefined;
  /** Where the caller stands in a trace, where it has told. */
  readonly trace?: TraceContext | undefined;
}

/** How the command line shows an operation; everything else is derived from the input schema. */
export interface CommandShape {
  /** Words after `tutti`; default: the operation's name with dots as spaces. */
  readonly command?: string;
  /** Input keys given by position, in order. A last one written `key...` takes the rest. */
  readonly positional?: readonly string[];
  /** Answered by the process that asks, without a host: about settings and files, not about what is stored. */
  readonly isLocal?: boolean;
  /** Waits for runs, so a process that becomes the host for it works on them meanwhile. */
  readonly waitsForRuns?: boolean;
  /** What it tells on the way is what was asked for: each value is printed as it comes, with `--json` as one line of JSON. */
  readonly prints?: boolean;
  /** Asked before it is done, with `{key}` for a value of the input; `--yes` answers it. Without either it is not done. */
  readonly confirms?: string;
  /** The input key that, where it is true, makes it change nothing: then nobody is asked. */
  readonly confirmsUnless?: string;
  /** Input keys that may be the path of a file, which is meant from where the command is called. */
  readonly paths?: readonly string[];
  /** At least one line that can be copied and run. */
  readonly examples: readonly string[];
}

/** An output that is JSON already: HTTP sends it on as it is, other faces read it. For an answer of some megabytes. */
export class WrittenOutput {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What a handler gave, as a value. */
export function readOutput(output: unknown): unknown {
  return output instanceof WrittenOutput ? JSON.parse(output.text) : output;
}

/** How a list that is longer than an answer goes on. */
export interface PageShape {
  /** The input key that says where the next page begins. */
  readonly cursor: string;
  /** The key of the last row whose value goes there. */
  readonly key: string;
}

/**
 * A verb of the product. HTTP routes, SDK and commands are made from these; a handler that is an async generator yields
 * progress, whose shape is declared, and returns the output.
 */
export interface Operation<Input = never, Output = unknown, Progress = unknown> {
  readonly name: string;
  readonly summary: string;
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly path: string;
  readonly role: Role;
  readonly effect: "read" | "write" | "destroy";
  readonly idempotent: boolean;
  readonly input: z.ZodType<Input>;
  readonly output: z.ZodType<Output>;
  /** What its handler yields. An operation that has this is followed; its handler is an async generator. */
  readonly progress?: z.ZodType<Progress>;
  readonly faces: readonly Face[];
  readonly cli: CommandShape;
  /** For a list with `limit` in its input: HTTP then links the next page. */
  readonly page?: PageShape;
  /** The most that HTTP takes as a body, bytes; 1 MiB unless given. The local socket takes all. */
  readonly mostBodyBytes?: number;
  /** What a reading command answers where there is no data folder yet. */
  readonly empty?: Output;
  // Not inferred from here, so that a generator without a declared `progress` does not compile.
  handle(
    input: Input,
    context: OperationContext,
  ): Promise<Output | WrittenOutput> | AsyncGenerator<NoInfer<Progress>, Output>;
}

export type AnyOperation = Omit<Operation, "handle" | "input" | "output" | "progress" | "empty"> & {
  readonly input: z.ZodType;
  readonly output: z.ZodType;
  readonly progress?: z.ZodType;
  readonly empty?: unknown;
  // A method, so that an operation of any input fits: the face has parsed the value by `input` before this is called.
  handle(input: never, context: OperationContext): Promise<unknown> | AsyncGenerator<unknown, unknown>;
};

/** Declares an operation with its types inferred from the schemas. */
export function operation<Input, Output, Progress = never>(
  definition: Operation<Input, Output, Progress>,
): AnyOperation {
  return definition;
}
