import { z } from "zod";
import { isDuration, notADurationText, toMs } from "../../core/duration.ts";
import { severities, type AlertQuery, type Definition, type Labels } from "./rule.ts";

const duration = z.union([z.string(), z.number()]).refine(isDuration, notADurationText);
const text = z.string().min(1).max(1_000).optional();
const labelText = z.string().regex(/^[a-zA-Z_]\w*=.+$/s, 'must be a name and a value, such as "team=ops"');

export const ruleName = z
  .string()
  .regex(
    /^[A-Z][A-Za-z0-9]{0,63}$/,
    'must begin with a capital letter and be letters and digits, such as "FailedTriage"',
  );

/** What is looked for: one of the three, in the words of the command line. */
export const queryShape = {
  when: text.describe("PromQL that gives something while there is something to tell, such as 'tutti_reviews_open > 5'"),
  logs: text.describe("In place of PromQL: count log records that match, such as 'level:error event:model.*'"),
  traces: text.describe("In place of PromQL: count traces that match, such as 'status:error name:chat'"),
  above: z.coerce
    .number()
    .int()
    .min(0)
    .optional()
    .describe("With logs or traces: fire where there are more; 0 unless given"),
  within: duration.optional().describe('With logs or traces: of the last "10m"; that unless given'),
  for: duration.default(0).describe('How long it must be so before it fires, such as "5m"; at once unless given'),
} as const;

export const ruleShape = {
  ...queryShape,
  severity: z.enum(severities).default("warning").describe("How much it matters"),
  summary: z
    .string()
    .trim()
    .min(1)
    .max(300)
    .optional()
    .describe("What it tells, as a sentence; made from the query unless given"),
  advice: z.string().trim().max(1_000).default("").describe("What to do when it fires"),
  channels: z
    .array(z.string().min(1))
    .optional()
    .describe("Where it is told, instead of alerts.channels; may be given more than once"),
  labels: z
    .array(labelText)
    .default([])
    .describe('A label of its own, such as "team=ops"; may be given more than once'),
} as const;

const queryInput = z.object(queryShape);
const ruleInput = z.object(ruleShape);
export type QueryInput = z.infer<typeof queryInput>;
export type RuleInput = z.infer<typeof ruleInput>;

/** Exactly one kind of query, and nothing beside it that would not count. */
export function checkQuery(
  { when, logs, traces, above, within }: Omit<QueryInput, "for">,
  context: z.core.$RefinementCtx,
): void {
  const given = [when, logs, traces].filter((query) => query !== undefined).length;
  const problem =
    given !== 1
      ? "takes exactly one of when (PromQL), logs and traces"
      : when !== undefined && (above !== undefined || within !== undefined)
        ? "takes above and within with logs or traces only; PromQL says both itself"
        : null;
  if (problem !== null) context.addIssue({ code: "custom", message: problem });
}

const usualWindow = "10m";

export function toQuery({ when, logs, traces, above = 0, within = usualWindow }: Omit<QueryInput, "for">): AlertQuery {
  if (when !== undefined) return { kind: "metrics", expression: when.trim() };
  const kind = logs === undefined ? "traces" : "logs";
  return { kind, query: (logs ?? traces ?? "").trim(), windowMs: toMs(within), above };
}

export function toDefinition({ severity, summary, advice, channels, labels, ...input }: RuleInput): Definition {
  const query = toQuery(input);
  return {
    summary: summary ?? sentenceOf(query),
    advice,
    severity,
    query,
    forMs: toMs(input.for),
    channels: channels ?? null,
    labels: toLabels(labels),
  };
}

function toLabels(texts: readonly string[]): Labels {
  return Object.fromEntries(
    texts.map((label) => {
      const at = label.indexOf("=");
      return [label.slice(0, at), label.slice(at + 1)];
    }),
  );
}

function sentenceOf(query: AlertQuery): string {
  if (query.kind === "metrics") return query.expression.replaceAll(/\s+/g, " ").slice(0, 200);
  const things = query.kind === "logs" ? "log records" : "traces";
  const minutes = Math.round(query.windowMs / 6_000) / 10;
  return `More than ${query.above} ${things} of the last ${minutes} min match ${query.query}`.slice(0, 300);
}
