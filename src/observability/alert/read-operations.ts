import { z } from "zod";
import { isDuration, notADurationText, toMs } from "../../core/duration.ts";
import { TuttiError } from "../../core/error.ts";
import { operation, type AnyOperation } from "../../core/operation.ts";
import { read, type AlertOperationPorts } from "./operation-ports.ts";
import { preview, type Preview } from "./preview.ts";
import { checkQuery, queryShape, toQuery } from "./rule-input.ts";
import {
  changeView,
  ruleStates,
  ruleView,
  silenceView,
  timelineMs,
  toRuleView,
  toSilenceView,
  type Moment,
  type RuleView,
} from "./view.ts";

export const byName = z.strictObject({ name: z.string().min(1).describe("The rule's name") });
const mostChanges = 10_000;
const changesShown = 20;

/** How things stand now. */
export async function momentOf({ alerts, history, clock }: AlertOperationPorts, rule?: string): Promise<Moment> {
  const now = clock.now();
  const changes = await history.read({ rule, since: now - timelineMs, limit: mostChanges });
  return { standing: await alerts.standing(now), changes, now };
}

export async function viewOf(ports: AlertOperationPorts, name: string): Promise<RuleView> {
  return toRuleView(await ports.rules.get(name), await momentOf(ports, name));
}

export function createReadOperations(ports: AlertOperationPorts): AnyOperation[] {
  return [
    listOperation(ports),
    getOperation(ports),
    historyOperation(ports),
    silencesOperation(ports),
    previewOperation(ports),
  ];
}

function listOperation(ports: AlertOperationPorts): AnyOperation {
  return operation({
    ...read,
    name: "alert.list",
    summary: "Lists the alert rules with what fires, and how each stood in the last 24 hours",
    path: "/alerts",
    input: z.strictObject({ state: z.enum(ruleStates).optional().describe("Only rules that are in this state") }),
    output: z.array(ruleView),
    cli: { examples: ["tutti alert list", "tutti alert list --state firing"] },
    empty: [],
    handle: async ({ state }) => {
      const [{ rules }, moment] = [await ports.rules.all(), await momentOf(ports)];
      const views = rules.map((rule) => toRuleView(rule, moment));
      return views
        .filter((view) => state === undefined || view.state === state)
        .toSorted((a, b) => weightOf(a) - weightOf(b));
    },
  });
}

function weightOf({ state }: RuleView): number {
  return ruleStates.indexOf(state);
}

function getOperation(ports: AlertOperationPorts): AnyOperation {
  return operation({
    ...read,
    name: "alert.get",
    summary: "Shows an alert rule: what fires, since when, what was said to it, and its last changes",
    path: "/alerts/:name",
    input: byName,
    output: ruleView.extend({ history: z.array(changeView), silences: z.array(silenceView) }),
    cli: { positional: ["name"], examples: ["tutti alert get FailingRuns"] },
    handle: async ({ name }) => {
      const view = await viewOf(ports, name);
      const { silences } = await ports.alerts.standing(ports.clock.now());
      return {
        ...view,
        history: [...(await ports.history.read({ rule: name, limit: changesShown }))],
        silences: silences.filter(({ rule }) => rule === null || rule === name).map(toSilenceView),
      };
    },
  });
}

function historyOperation({ history, rules }: AlertOperationPorts): AnyOperation {
  return operation({
    ...read,
    name: "alert.history",
    summary: "Lists how alerts went from one state to another, the newest first",
    path: "/alerts/history",
    input: z.strictObject({
      name: z.string().min(1).optional().describe("Only of this rule"),
      before: z.coerce.number().int().min(1).optional().describe("Only what was stored before the change of this id"),
      limit: z.coerce.number().int().min(1).max(500).default(50).describe("How many at the most"),
    }),
    output: z.array(changeView),
    page: { cursor: "before", key: "id" },
    cli: { positional: ["name"], examples: ["tutti alert history", "tutti alert history FailingRuns --limit 10"] },
    empty: [],
    handle: async ({ name, before, limit }) => {
      // A name that is misspelled has no history, which is not what was meant.
      const found = await history.read({ rule: name, before, limit });
      if (name !== undefined && found.length === 0) await rules.get(name);
      return [...found];
    },
  });
}

function silencesOperation({ alerts, clock }: AlertOperationPorts): AnyOperation {
  return operation({
    ...read,
    name: "alert.silences",
    summary: "Lists the silences that hold now",
    path: "/alerts/silences",
    input: z.strictObject({}),
    output: z.array(silenceView),
    cli: { examples: ["tutti alert silences"] },
    empty: [],
    handle: async () => (await alerts.standing(clock.now())).silences.map(toSilenceView),
  });
}

const duration = z.union([z.string(), z.number()]).refine(isDuration, notADurationText);
const longestPreviewMs = 7 * 86_400_000;

const previewInput = z
  .strictObject({
    name: z.string().min(1).optional().describe("A rule that is there, instead of a query"),
    ...queryShape,
    since: duration.default("24h").describe("How far back it is looked, 7 days at the most"),
  })
  .superRefine(({ name, ...query }, context) => {
    if (name === undefined) checkQuery(query, context);
    else if (query.when !== undefined || query.logs !== undefined || query.traces !== undefined)
      context.addIssue({ code: "custom", message: "takes the name of a rule or a query, not both" });
  });

const previewShape = z.object({
  from: z.number(),
  to: z.number(),
  stepMs: z.number(),
  fired: z.number().describe("How often it would have begun to fire"),
  firingMs: z.number().describe("How long it would have fired"),
  intervals: z.array(
    z.object({ from: z.number(), to: z.number(), labels: z.record(z.string(), z.string()), isOpen: z.boolean() }),
  ),
  series: z.array(
    z.object({
      labels: z.record(z.string(), z.string()),
      points: z.array(z.object({ at: z.number(), value: z.number().nullable() })),
    }),
  ),
  threshold: z.number().nullable(),
  isCut: z.boolean().describe("There was more than can be looked through; the oldest is left out"),
});

function previewOperation(ports: AlertOperationPorts): AnyOperation {
  return operation({
    ...read,
    name: "alert.preview",
    summary: "Says when a rule would have fired in the last 24 hours",
    path: "/alerts/preview",
    input: previewInput,
    output: previewShape,
    cli: {
      positional: ["name"],
      examples: [
        "tutti alert preview FailingRuns",
        "tutti alert preview --when 'tutti_reviews_open > 5' --for 10m --since 7d",
        "tutti alert preview --logs 'level:error event:model.*' --above 5 --within 10m",
      ],
    },
    handle: async ({ name, since, ...query }, { signal }) => {
      const rule =
        name === undefined
          ? { query: toQuery(query), forMs: toMs(query.for), labels: {} }
          : await ports.rules.get(name);
      const [to, ms] = [ports.clock.now(), toMs(since)];
      if (ms > longestPreviewMs || ms === 0)
        throw new TuttiError("usage.invalid", `a preview cannot look back ${JSON.stringify(since)}`, {
          hint: 'At most 7 days: "24h", "7d".',
        });
      const { intervals, series, ...rest } = await preview(ports, rule, { from: to - ms, to, signal });
      return { ...rest, intervals: [...intervals], series: series.map(jsonSeries) };
    },
  });
}

/** JSON has no infinity and no "not a number": there is no value then. */
function jsonSeries({ labels, points }: Preview["series"][number]) {
  return { labels, points: points.map(([at, value]) => ({ at, value: Number.isFinite(value) ? value : null })) };
}
