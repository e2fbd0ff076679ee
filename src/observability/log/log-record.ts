import type { EpochMs } from "../../core/clock.ts";
import { TuttiError } from "../../core/error.ts";
import type { LogLevel } from "../../core/log.ts";
import type { AttributeValue, TraceContext } from "../../core/trace.ts";
import type { LogRecord } from "../record.ts";
import { general, own } from "../trace/semantic.ts";
import { toAttribute } from "./attribute-text.ts";

/** A line of the product's log, as it was told. */
export interface ToldLine {
  readonly level: LogLevel;
  readonly event: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly at: EpochMs;
  readonly trace: TraceContext | null;
  readonly version: string;
}

// The names that spans have for the same things, so that one search finds both.
const names: Readonly<Record<string, string>> = {
  run: own.run,
  flow: own.flow,
  key: own.stepKey,
  step: own.stepKey,
};
const mostFields = 64;

/** Never throws, whatever the fields are: one that cannot be read is named and left out. */
export function toLogRecord({ level, event, fields, at, trace, version }: ToldLine): LogRecord {
  const attributes: Record<string, AttributeValue> = {};
  for (const name of namesOf(fields)) Object.assign(attributes, readField(fields, name));
  const { message, ...others } = attributes;
  const run = others[own.run];
  return {
    service: "tutti",
    scope: "tutti",
    resource: { [general.version]: version },
    at: at * 1_000,
    level,
    event,
    message: typeof message === "string" ? message : "",
    traceId: trace?.traceId ?? null,
    spanId: trace?.spanId ?? null,
    run: typeof run === "string" ? run : null,
    attributes: others,
  };
}

function namesOf(fields: Readonly<Record<string, unknown>>): readonly string[] {
  try {
    return Object.keys(fields).slice(0, mostFields);
  } catch {
    return []; // a proxy that refuses to tell what it has
  }
}

function readField(fields: Readonly<Record<string, unknown>>, name: string): Record<string, AttributeValue> {
  try {
    const value = fields[name];
    if (value instanceof Error) return ofError(value);
    const attribute = toAttribute(value);
    return attribute === undefined ? {} : { [names[name] ?? name]: attribute };
  } catch {
    return { [name]: "(cannot be read)" };
  }
}

function ofError(error: Error): Record<string, AttributeValue> {
  return {
    "exception.type": error.name,
    "exception.message": String(toAttribute(error.message)),
    "exception.stacktrace": String(toAttribute(stackOf(error))),
    ...(error instanceof TuttiError ? { [general.error]: error.code } : {}),
  };
}

// What lies deeper explains nothing any more, and a circle of causes has no end.
const mostCauses = 4;

function stackOf(error: Error): string {
  const stacks: string[] = [];
  for (let one: unknown = error; one instanceof Error && stacks.length <= mostCauses; one = one.cause) {
    stacks.push(one.stack ?? `${one.name}: ${one.message}`);
  }
  return stacks.join("\ncaused by ");
}
