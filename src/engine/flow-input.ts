import { z } from "zod";
import { TuttiError } from "../core/error.ts";
import { issueInWords, issuesInWords } from "../core/issue.ts";
import { nearest } from "../core/nearest.ts";
import type { AnyFlow } from "./flow.ts";

/** What the body is given: the input as the flow's schema has parsed it. */
export function parseInput(flow: AnyFlow, input: unknown): unknown {
  if (!flow.input) return input;
  const parsed = flow.input.safeParse(input ?? {}, { error: issueInWords });
  if (parsed.success) return parsed.data;
  const { issues } = parsed.error;
  throw new TuttiError(
    "flow.input_invalid",
    `the input of flow "${flow.name}" is not valid: ${issuesInWords(issues)}`,
    {
      hint: `\`tutti flow show ${flow.name}\` prints the schema of its input.`,
      data: { issues: issues.map(({ path, message }) => ({ path: path.map(String), message })) },
    },
  );
}

/** A schema drops what it does not know; where somebody asks for a run that is a misspelling, not something to ignore. */
export function refuseUnknownInput(flow: AnyFlow, input: unknown): void {
  if (!(flow.input instanceof z.ZodObject) || flow.input.def.catchall !== undefined) return;
  if (typeof input !== "object" || input === null || Array.isArray(input)) return;
  const known = Object.keys(flow.input.shape);
  const unknown = Object.keys(input).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  const meant = nearest(unknown, known);
  throw new TuttiError("flow.input_invalid", `flow "${flow.name}" takes no input "${unknown}"`, {
    hint: `${meant === undefined ? "" : `Did you mean ${meant}? `}It takes: ${known.join(", ") || "nothing"}.`,
    data: { key: unknown, nearest: meant ?? null },
  });
}
