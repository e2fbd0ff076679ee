import { isDeepStrictEqual } from "node:util";
import type { Colors } from "../terminal-text.ts";

/** As much of a review as says how it may be answered. */
export interface AnswerableReview {
  readonly id: string;
  readonly payload: unknown;
  readonly choices: readonly string[];
  /** In a list: it has a payload that is too large to stand there. */
  readonly isCut?: boolean;
}

interface ShownReview extends AnswerableReview {
  readonly run: string;
  readonly runs?: readonly string[];
  readonly step: string;
  readonly title: string;
  readonly status: string;
  readonly decision: {
    readonly by: string;
    readonly payload: unknown;
    readonly answer: string | null;
    readonly reason: string | null;
  } | null;
}

/** One review: the question, what it is about, and how to answer. */
export function presentReview(review: ShownReview, { bold, dim }: Colors): string {
  const { id, run, runs = [], step, title, payload, status, decision } = review;
  const others = runs.length > 1 ? `, and ${runs.length - 1} more runs wait for it` : "";
  const said = decision?.answer ?? decision?.reason;
  return [
    `${bold(title)}  ${dim(id)}`,
    `${status}${decision ? ` by ${decision.by}${said ? `: ${said}` : ""}` : ""}, run ${run}, step ${step}${others}`,
    ...payloads(payload, decision),
    ...(status === "open" ? ["", ...howToAnswer(review)] : []),
  ].join("\n");
}

/** What was decided counts, and where the reviewer has edited it, what had been proposed is history. */
function payloads(proposed: unknown, decision: ShownReview["decision"]): string[] {
  if (!decision || isDeepStrictEqual(decision.payload ?? null, proposed ?? null)) return part(proposed);
  return [
    "",
    "as edited, which is what the run goes on with:",
    text(decision.payload),
    "",
    "as proposed:",
    text(proposed),
  ];
}

function part(payload: unknown): string[] {
  return payload === null || payload === undefined ? [] : ["", text(payload)];
}

function text(payload: unknown): string {
  return typeof payload === "string" ? payload : (JSON.stringify(payload, null, 2) ?? "null");
}

/** The commands that may answer it, the likeliest first: a choice, any text, or a yes and a no. */
export function howToAnswer({ id, payload, choices, isCut = false }: AnswerableReview): string[] {
  if (choices.length > 0) return choices.map((choice) => `tutti review answer ${id} ${JSON.stringify(choice)}`);
  const yesOrNo = [`tutti review approve ${id}`, `tutti review reject ${id} --reason "…"`];
  // Without a payload there is nothing that one could say yes to unseen; a flow may take a plain yes all the same.
  const hasNone = (payload === null || payload === undefined) && !isCut;
  return hasNone ? [`tutti review answer ${id} "…"`, ...yesOrNo] : yesOrNo;
}
