import type { Colors } from "../terminal-text.ts";

interface ShownReview {
  readonly id: string;
  readonly run: string;
  readonly step: string;
  readonly title: string;
  readonly payload: unknown;
  readonly choices: readonly string[];
  readonly status: string;
  readonly decision: { readonly by: string; readonly answer: string | null; readonly reason: string | null } | null;
}

/** One review: the question, what it is about, and how to answer. */
export function presentReview(review: ShownReview, { bold, dim }: Colors): string {
  const { id, run, step, title, payload, choices, status, decision } = review;
  const said = decision?.answer ?? decision?.reason;
  return [
    `${bold(title)}  ${dim(id)}`,
    `${status}${decision ? ` by ${decision.by}${said ? `: ${said}` : ""}` : ""}, run ${run}, step ${step}`,
    ...(payload === null || payload === undefined ? [] : ["", text(payload)]),
    ...(status === "open" ? ["", ...answers(id, choices)] : []),
  ].join("\n");
}

function text(payload: unknown): string {
  return typeof payload === "string" ? payload : JSON.stringify(payload, null, 2);
}

function answers(id: string, choices: readonly string[]): string[] {
  if (choices.length > 0) return choices.map((choice) => `tutti review answer ${id} ${JSON.stringify(choice)}`);
  return [`tutti review approve ${id}`, `tutti review reject ${id} --reason "…"`];
}
