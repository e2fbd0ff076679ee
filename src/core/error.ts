import { detailsOf, messageOf } from "./thrown.ts";

/** Every error that Tutti raises on purpose, by code. `docs/errors.md` lists the same codes; a test holds the two together. */
export const errorCatalogue = {
  "access.denied": { title: "The request carries no valid token", retryable: false },
  "access.foreign_host": { title: "The request is meant for another host", retryable: false },
  "access.foreign_origin": { title: "The request comes from a page of another origin", retryable: false },
  "agent.invalid": { title: "The agent is not valid", retryable: false },
  "agent.limit": { title: "The agent reached one of its limits", retryable: false },
  "agent.loop": { title: "The agent repeated itself", retryable: false },
  "agent.no_answer": { title: "The agent used up its turns without an answer", retryable: false },
  "alert.conflict": { title: "The alert rule is another than the one that is there", retryable: false },
  "alert.missing": { title: "There is no such alert rule", retryable: false },
  "alert.not_firing": { title: "The alert does not fire", retryable: false },
  "alert.silence_missing": { title: "There is no such silence", retryable: false },
  "budget.exceeded": { title: "A budget has no room for the call", retryable: false },
  "budget.missing": { title: "There is no such budget", retryable: false },
  "budget.unpriced": { title: "A budget limits money, and the model has no price", retryable: false },
  "agent.tool_call_invalid": { title: "The agent's model kept calling a tool wrongly", retryable: false },
  "config.invalid": { title: "The configuration is not valid", retryable: false },
  "config.unknown_key": { title: "Unknown configuration key", retryable: false },
  "engine.bad_name": { title: "A name cannot be used as a step key", retryable: false },
  "engine.crash_loop": { title: "The run ended its host several times in a row", retryable: false },
  "engine.deadline": { title: "The run or step took longer than its deadline", retryable: false },
  "engine.foreign_await": { title: "A flow body awaited something that is not a step", retryable: false },
  "engine.interrupted": { title: "A step that must not repeat was cut off", retryable: false },
  "engine.lost": { title: "This worker no longer holds the run", retryable: true },
  "engine.not_deterministic": { title: "A flow body used the clock or chance directly", retryable: false },
  "engine.not_json": { title: "A value cannot be stored as JSON", retryable: false },
  "engine.replay_mismatch": { title: "The flow's code no longer fits the run's journal", retryable: false },
  "engine.too_large": { title: "A value is larger than may be stored", retryable: false },
  "engine.verb_out_of_place": { title: "A step was called where no step may be called", retryable: false },
  "flow.expression": { title: "An expression of a YAML flow gives no usable value", retryable: false },
  "flow.failed": { title: "The flow threw an error of its own", retryable: false },
  "flow.input_invalid": { title: "The flow's input is not valid", retryable: false },
  "flow.invalid": { title: "The flow file does not hold a flow", retryable: false },
  "flow.missing": { title: "There is no such flow", retryable: false },
  "flow.syntax": { title: "The flow file cannot be read", retryable: false },
  "host.busy": { title: "Another process holds this data folder", retryable: true },
  "host.exited": { title: "The process was ended from within", retryable: false },
  "host.unreachable": { title: "The host of this data folder does not answer", retryable: true },
  "internal.defect": { title: "A defect of Tutti", retryable: false },
  "model.aborted": { title: "The model call was aborted", retryable: false },
  "model.bad_answer": { title: "The model server answered something unexpected", retryable: true },
  "model.context_overflow": { title: "The prompt does not fit the model's context", retryable: false },
  "model.embedder_changed": { title: "Another embedding model made the vectors", retryable: false },
  "model.missing": { title: "The model is not installed", retryable: false },
  "model.output_invalid": { title: "The model's answer does not fit the schema", retryable: true },
  "model.unreachable": { title: "No model server answers", retryable: true },
  "notify.failed": { title: "People could not be told by a channel", retryable: true },
  "notify.missing": { title: "There is no such channel", retryable: false },
  "pattern.exhausted": { title: "A pattern used up its rounds before it was done", retryable: false },
  "pattern.undecided": { title: "A pattern got no valid decision from its models", retryable: true },
  "request.malformed": { title: "The request is not HTTP that the server takes", retryable: false },
  "request.method": { title: "The address does not take this method", retryable: false },
  "request.missing": { title: "There is nothing at this address", retryable: false },
  "request.too_large": { title: "The request is larger than the server takes", retryable: false },
  "request.too_slow": { title: "The request did not arrive in time", retryable: true },
  "request.unsupported": { title: "The request's body is of a kind that the server does not take", retryable: false },
  "review.closed": { title: "The review is no longer open", retryable: false },
  "review.missing": { title: "There is no such review", retryable: false },
  "review.rejected": { title: "A human rejected it", retryable: false },
  "run.cancelled": { title: "The run was cancelled", retryable: false },
  "run.conflict": { title: "The run is not in a state that allows this", retryable: false },
  "run.missing": { title: "There is no such run", retryable: false },
  "schedule.conflict": { title: "The schedule is another than the one that is there", retryable: false },
  "schedule.missing": { title: "There is no such schedule", retryable: false },
  "server.busy": { title: "The server has as many connections as it takes", retryable: true },
  "server.unavailable": { title: "The server cannot listen", retryable: false },
  "step.failed": { title: "A step threw an error of its own", retryable: false },
  "storage.corrupt": { title: "Stored data cannot be read", retryable: false },
  "storage.full": { title: "The disk is full", retryable: true },
  "storage.locked": { title: "The database is locked by another program", retryable: true },
  "storage.newer": { title: "The data was written by a newer version of Tutti", retryable: false },
  "storage.unavailable": { title: "The database cannot be reached", retryable: true },
  "tool.denied": { title: "The tool may not do that", retryable: false },
  "tool.failed": { title: "The tool failed", retryable: false },
  "tool.input_invalid": { title: "The tool's arguments are not valid", retryable: false },
  "tool.missing": { title: "There is no such tool", retryable: false },
  "trace.missing": { title: "There is no such trace", retryable: false },
  "usage.invalid": { title: "The command cannot be run as given", retryable: false },
} as const satisfies Record<string, { title: string; retryable: boolean }>;

export type ErrorCode = keyof typeof errorCatalogue;

/** A failure as it is stored in the journal and sent over the wire. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly data?: unknown;
}

export interface ErrorDetails {
  readonly cause?: unknown;
  /** What the reader can do about it: one sentence, with a command where there is one. */
  readonly hint?: string;
  /** The place: a file with line and column, or a run and step. */
  readonly where?: string;
  readonly data?: unknown;
}

/** The one error class. The message says what failed, with its id; the hint says what to do. */
export class TuttiError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly where: string | undefined;
  readonly data: unknown;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = "TuttiError";
    this.code = code;
    this.hint = details.hint;
    this.where = details.where;
    this.data = details.data;
  }
}

/**
 * What a flow body catches when a step failed: the stored failure, the same in the first run and in a replay.
 * `code` is a catalogue code for Tutti's own failures and may be any string for a tool's.
 */
export class StepError extends Error {
  readonly code: string;
  readonly data: unknown;

  constructor(failure: Failure) {
    super(failure.message);
    this.name = "StepError";
    this.code = failure.code;
    this.data = failure.data;
  }
}

/** Turns anything that was thrown, errors or not, into a failure that can be stored. */
export function toFailure(thrown: unknown, fallback: ErrorCode): Failure {
  if (thrown instanceof TuttiError || thrown instanceof StepError) {
    const data = thrown instanceof TuttiError ? withHint(thrown) : thrown.data;
    return { code: thrown.code, message: thrown.message, ...(data === undefined ? {} : { data }) };
  }
  if (thrown instanceof Error) {
    const details = detailsOf(thrown);
    const data = Object.keys(details).length > 0 ? { data: details } : {};
    return { code: fallback, message: messageOf(thrown), ...data };
  }
  return { code: fallback, message: `threw ${describeThrown(thrown)}, which is not an Error` };
}

export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errorCatalogue, code);
}

function withHint(error: TuttiError): unknown {
  const extra = { ...(error.hint ? { hint: error.hint } : {}), ...(error.where ? { where: error.where } : {}) };
  if (Object.keys(extra).length === 0) return error.data;
  return { ...(isRecord(error.data) ? error.data : {}), ...extra };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function describeThrown(thrown: unknown): string {
  if (thrown === null || thrown === undefined) return String(thrown);
  if (typeof thrown === "string") return JSON.stringify(thrown.slice(0, 200));
  return `a value of type ${typeof thrown}`;
}
