import { TuttiError } from "../../../core/error.ts";
import type { Place } from "./expression.ts";

const roomBefore = 60;
const roomBehind = 30;

/** What is wrong with an expression, with the place under it. */
export function mistake(text: string, place: Place, what: string, hint?: string): TuttiError {
  const from = Math.min(place.from, text.length);
  const line = text.slice(text.lastIndexOf("\n", from - 1) + 1).split("\n", 1)[0] ?? "";
  const column = from - (text.lastIndexOf("\n", from - 1) + 1);
  const start = Math.max(0, column - roomBefore);
  const shown = line.slice(start, column + roomBehind);
  const width = Math.max(1, Math.min(place.to - place.from, shown.length - (column - start)));
  const pointer = `${" ".repeat(column - start)}${"^".repeat(width)}`;
  return new TuttiError("usage.invalid", `${what} (character ${from + 1})\n  ${shown}\n  ${pointer}`, {
    ...(hint === undefined ? {} : { hint }),
    data: { position: from },
  });
}

export function notHere(text: string, place: Place, what: string): TuttiError {
  return mistake(
    text,
    place,
    `${what} is part of PromQL, but not of what Tutti answers`,
    "docs/observability.md names what it answers; a Prometheus that reads /metrics answers the rest.",
  );
}
