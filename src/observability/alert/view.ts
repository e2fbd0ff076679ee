import { z } from "zod";
import type { EpochMs } from "../../core/clock.ts";
import type { Standing } from "./alert-store.ts";
import type { StoredChange } from "./history.ts";
import { severities } from "./rule.ts";
import type { StoredRule } from "./rule-store.ts";
import { matcherText, silenceFor, type Silence } from "./silence.ts";
import type { Instance } from "./state.ts";
import { timelineOf } from "./timeline.ts";

export const ruleStates = ["firing", "pending", "error", "normal", "no_data", "disabled"] as const;
export type RuleState = (typeof ruleStates)[number];

const labelsShape = z.record(z.string(), z.string());
const epoch = z.number().describe("Epoch milliseconds");

export const queryView = z.union([
  z.object({ kind: z.literal("metrics"), expression: z.string() }),
  z.object({ kind: z.enum(["traces", "logs"]), query: z.string(), windowMs: z.number(), above: z.number() }),
]);

const instanceView = z.object({
  labels: labelsShape,
  state: z.enum(["pending", "firing"]),
  since: epoch,
  value: z.number(),
  ack: z.object({ at: epoch, by: z.string(), note: z.string() }).nullable(),
  silencedUntil: epoch.nullable(),
});

export const ruleView = z.object({
  name: z.string(),
  summary: z.string(),
  advice: z.string(),
  severity: z.enum(severities),
  query: queryView,
  forMs: z.number(),
  labels: labelsShape,
  channels: z.array(z.string()).nullable().describe("Null: those of section alerts"),
  isEnabled: z.boolean(),
  isDefault: z.boolean().describe("One of Tutti's own"),
  isChanged: z.boolean().describe("One of Tutti's own that somebody has changed"),
  state: z.enum(ruleStates).describe("The weightiest of its sets of labels"),
  since: epoch.nullable().describe("Since when it is in this state; null where it is normal"),
  problem: z.string().nullable().describe("Why it gives no answer"),
  instances: z.array(instanceView).describe("What is pending or firing, for each set of labels"),
  timeline: z.array(z.object({ from: epoch, to: epoch, state: z.enum(["pending", "firing", "no_data", "error"]) })),
});
export type RuleView = z.infer<typeof ruleView>;

export const changeView = z.object({
  id: z.number(),
  at: epoch,
  rule: z.string(),
  labels: labelsShape.nullable().describe("Null: of the rule as a whole"),
  before: z.enum(["normal", "pending", "firing", "no_data", "error"]),
  state: z.enum(["normal", "pending", "firing", "no_data", "error"]),
  value: z.number().nullable(),
  note: z.string().nullable(),
});

export const silenceView = z.object({
  id: z.string(),
  rule: z.string().nullable().describe("Null: of every rule"),
  where: z.array(z.string()),
  until: epoch,
  createdAt: epoch,
  createdBy: z.string(),
  reason: z.string(),
});
export type SilenceView = z.infer<typeof silenceView>;

/** How far back the line of states goes. */
export const timelineMs = 24 * 3_600_000;

export interface Moment {
  readonly standing: Standing;
  /** Of the last day, newest first. */
  readonly changes: readonly StoredChange[];
  readonly now: EpochMs;
}

export function toRuleView(rule: StoredRule, { standing, changes, now }: Moment): RuleView {
  const instances = standing.instances.get(rule.name) ?? [];
  const trouble = standing.troubles.get(rule.name);
  const own = changes.filter((change) => change.rule === rule.name);
  const { state, since } = stateOf(rule, instances, trouble);
  return {
    ...rule,
    channels: rule.channels === null ? null : [...rule.channels],
    state,
    since,
    problem: trouble?.problem ?? null,
    instances: instances.map(({ labels, state: its, since: from, value, ack }) => ({
      labels,
      state: its,
      since: from,
      value,
      ack,
      silencedUntil: silenceFor(standing.silences, rule.name, { labels, now })?.until ?? null,
    })),
    timeline: timelineOf(own, { instances, trouble }, { from: now - timelineMs, to: now }),
  };
}

export function stateOf(
  { isEnabled }: StoredRule,
  instances: readonly Instance[],
  trouble: { readonly state: "no_data" | "error"; readonly since: EpochMs } | undefined,
): { readonly state: RuleState; readonly since: EpochMs | null } {
  if (!isEnabled) return { state: "disabled", since: null };
  const firing = instances.filter(({ state }) => state === "firing");
  const worst = firing.length > 0 ? firing : instances;
  const since = worst.length === 0 ? null : Math.min(...worst.map((one) => one.since));
  if (firing.length > 0) return { state: "firing", since };
  if (trouble) return trouble;
  return { state: worst.length > 0 ? "pending" : "normal", since };
}

export function toSilenceView({ id, rule, matchers, until, createdAt, createdBy, reason }: Silence): SilenceView {
  return { id, rule, where: matchers.map(matcherText), until, createdAt, createdBy, reason };
}
