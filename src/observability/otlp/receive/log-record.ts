import type { LogLevel } from "../../../core/log.ts";
import type { AttributeValue } from "../../../core/trace.ts";
import type { LogRecord, Origin } from "../../record.ts";
import { choiceOf, idOf, messageOf, microsOf, numberOf, textOf, type Message } from "../wire/field.ts";
import { counted, type Receiving } from "./span.ts";
import { cut, readAttributes, toText } from "./value.ts";

/** Throws `request.malformed` for what is no log record; the others of its request are taken all the same. */
export function readLogRecord(record: Message, origin: Origin, { nowUs }: Receiving): LogRecord {
  const { values, dropped } = readAttributes(record);
  const body = messageOf(record, "body");
  const text = body === undefined ? "" : toText(body);
  const event = eventOf(textOf(record, "eventName"), values["event.name"], text);
  const run = values["tutti.run.id"];
  const at = microsOf(record, "timeUnixNano") ?? microsOf(record, "observedTimeUnixNano") ?? nowUs;
  return {
    ...origin,
    // A clock that is ahead must not keep a record longer than others.
    at: Math.min(at, nowUs),
    level: levelOf(choiceOf(record, "severityNumber"), textOf(record, "severityText")),
    event,
    message: text === event ? "" : text,
    traceId: idOf(record, "traceId", 16),
    spanId: idOf(record, "spanId", 8),
    run: typeof run === "string" ? run : null,
    attributes: {
      ...values,
      ...counted("otel.dropped_attributes_count", dropped + (numberOf(record, "droppedAttributesCount") ?? 0)),
    },
  };
}

/**
 * The name of what happened. Exporters before `eventName` have it as an attribute, some of them short, with the whole name as
 * the body: `user_prompt` beside `claude_code.user_prompt`.
 */
function eventOf(name: string, attribute: AttributeValue | undefined, body: string): string {
  if (name !== "") return cut(name);
  if (typeof attribute !== "string" || attribute === "") return "log";
  return body.endsWith(`.${attribute}`) && /^[\w.-]+$/.test(body) ? body : attribute;
}

const levels: Readonly<Record<string, LogLevel>> = {
  trace: "debug",
  debug: "debug",
  warn: "warn",
  warning: "warn",
  error: "error",
  fatal: "error",
  critical: "error",
};

function levelOf(severity: number, text: string): LogLevel {
  if (severity <= 0) return levels[text.toLowerCase()] ?? "info";
  if (severity < 9) return "debug";
  if (severity < 13) return "info";
  return severity < 17 ? "warn" : "error";
}
