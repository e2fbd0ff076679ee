import { z } from "zod";
import { TuttiError } from "../../core/error.ts";
import { canonicalJson } from "../../core/json.ts";
import { operation, type AnyOperation } from "../../core/operation.ts";
import type { Statement } from "../../core/statement.ts";
import type { AlertOperationPorts } from "./operation-ports.ts";
import { write } from "./operation-ports.ts";
import { byName, viewOf } from "./read-operations.ts";
import type { AlertRule, Definition } from "./rule.ts";
import { checkQuery, ruleName, ruleShape, toDefinition } from "./rule-input.ts";
import type { RuleSet, StoredRule } from "./rule-store.ts";
import { eventsOf } from "./settle.ts";
import { ruleView, type RuleView } from "./view.ts";

const changes = ["created", "replaced", "unchanged"] as const;
const flag = z.stringbool().or(z.boolean()).default(false);
// Each is looked at every 15 seconds.
const mostRules = 200;

export function createRuleOperations(ports: AlertOperationPorts): AnyOperation[] {
  return [addOperation(ports), removeOperation(ports), switchOperation(ports, true), switchOperation(ports, false)];
}

function addOperation(ports: AlertOperationPorts): AnyOperation {
  return operation({
    ...write,
    name: "alert.add",
    summary: "Adds an alert rule; the same one again changes nothing",
    path: "/alerts",
    input: z
      .strictObject({
        name: ruleName.describe("The rule's name, in CamelCase"),
        ...ruleShape,
        replace: flag.describe("Take the place of another rule of this name"),
      })
      .superRefine(checkQuery),
    output: ruleView.extend({ change: z.enum(changes) }),
    cli: {
      positional: ["name"],
      examples: [
        `tutti alert add FailedTriage --when 'sum(increase(tutti_runs_total{flow="triage",status="failed"}[10m])) > 3' --for 5m`,
        "tutti alert add ModelErrors --logs 'level:error event:model.*' --above 5 --within 10m --severity critical",
        "tutti alert add FailedChats --traces 'status:error name:chat' --above 3",
      ],
    },
    handle: async ({ name, replace, ...input }, { signal }) => {
      const definition = toDefinition(input);
      // An expression that cannot be read is refused here and not every 15 seconds.
      await tryOut(ports, definition, signal);
      const change = await changeRules(ports, name, (set) => adding(ports, set, { name, definition, replace }));
      return { ...(await viewOf(ports, name)), change };
    },
  });
}

/** Asks once, for its errors. */
async function tryOut({ metrics, store, clock }: AlertOperationPorts, { query }: Definition, signal: AbortSignal) {
  const now = clock.now();
  if (query.kind === "metrics") {
    await metrics.query({ expression: query.expression, from: now, to: now, stepMs: 15_000 }, signal);
    return;
  }
  const filter = { query: query.query, since: now - query.windowMs, until: now };
  await (query.kind === "logs" ? store.countLogs(filter) : store.countTraces(filter));
}

interface Added {
  readonly name: string;
  readonly definition: Definition;
  readonly replace: boolean;
}

function adding(
  ports: AlertOperationPorts,
  { rules }: RuleSet,
  { name, definition, replace }: Added,
): Changed<(typeof changes)[number]> {
  const there = rules.find((rule) => rule.name === name);
  const isEnabled = there?.isEnabled ?? true;
  const save = ports.rules.save(name, { definition, isEnabled });
  if (!there) {
    if (rules.length >= mostRules) throw tooMany();
    return { result: "created", how: "added", statements: [save], gone: null };
  }
  const different = differences(definition, there);
  if (different.length === 0) return { result: "unchanged" };
  if (!replace) throw conflict(there, different);
  // What was seen by another query or for other labels is not of this rule.
  const isOther = different.includes("query") || different.includes("labels");
  return { result: "replaced", how: "replaced", statements: [save], gone: isOther ? there : null };
}

function differences(wanted: Definition, there: AlertRule): string[] {
  const names = ["query", "forMs", "severity", "summary", "advice", "channels", "labels"] as const;
  return names.filter((name) => canonicalJson(wanted[name], name) !== canonicalJson(there[name], name));
}

function conflict({ name, isDefault }: StoredRule, different: readonly string[]): TuttiError {
  const what = different.map((key) => (key === "forMs" ? "for" : key)).join(", ");
  return new TuttiError("alert.conflict", `alert rule "${name}" is there already, with another ${what}`, {
    hint: `Add --replace to change it${isDefault ? " (it is one of Tutti's own; `tutti alert remove` takes the change back)" : ""}, or choose another name.`,
  });
}

function tooMany(): TuttiError {
  return new TuttiError("usage.invalid", `there are ${mostRules} alert rules, which is the most that can be watched`, {
    hint: "Let one rule watch many things: its query may give a value for each set of labels.",
  });
}

function removeOperation(ports: AlertOperationPorts): AnyOperation {
  return operation({
    ...write,
    name: "alert.remove",
    method: "DELETE",
    effect: "destroy",
    idempotent: false,
    summary: "Removes an alert rule; one of Tutti's own is again what it was at first",
    path: "/alerts/:name",
    input: byName,
    output: z.object({ name: z.string(), isDefault: z.boolean() }),
    cli: { positional: ["name"], examples: ["tutti alert remove FailedTriage"] },
    handle: async ({ name }) => {
      const isDefault = await changeRules(ports, name, ({ rules }) => {
        const there = rules.find((rule) => rule.name === name);
        if (there?.isDefault === true && !there.isChanged) throw notRemovable(name);
        const statements = [ports.rules.forget(name)];
        return { result: there?.isDefault ?? false, how: "removed", statements, gone: there ?? null };
      });
      return { name, isDefault };
    },
  });
}

function notRemovable(name: string): TuttiError {
  return new TuttiError("usage.invalid", `${name} is one of Tutti's own rules and cannot be removed`, {
    hint: `Switch it off: tutti alert disable ${name}`,
  });
}

function switchOperation(ports: AlertOperationPorts, isEnabled: boolean): AnyOperation {
  const verb = isEnabled ? "enable" : "disable";
  return operation<{ name: string }, RuleView>({
    ...write,
    name: `alert.${verb}`,
    summary: isEnabled ? "Looks at an alert rule again" : "Looks at an alert rule no more, until it is enabled",
    path: `/alerts/:name/${verb}`,
    input: byName,
    output: ruleView,
    cli: { positional: ["name"], examples: [`tutti alert ${verb} SlowFirstToken`] },
    handle: async ({ name }) => {
      await changeRules(ports, name, ({ rules }) => {
        const there = rules.find((rule) => rule.name === name);
        if (!there || there.isEnabled === isEnabled) return { result: null };
        const isOwn = there.isDefault && !there.isChanged;
        const save = ports.rules.save(name, { definition: isOwn ? null : definitionOf(there), isEnabled });
        return { result: null, how: `${verb}d`, statements: [save], gone: isEnabled ? null : there };
      });
      return viewOf(ports, name);
    },
  });
}

function definitionOf(rule: StoredRule): Definition {
  const { name: _name, isEnabled: _isEnabled, isDefault: _isDefault, isChanged: _isChanged, ...definition } = rule;
  return definition;
}

/** What is to be done to the rules; without statements nothing. */
type Changed<Result> =
  | { readonly result: Result; readonly statements?: never }
  | {
      readonly result: Result;
      readonly how: string;
      readonly statements: readonly Statement[];
      /** The rule whose alerts are over by it. */
      readonly gone: AlertRule | null;
    };

/** Changes the rules by what they are; once more where somebody else has changed them meanwhile. */
async function changeRules<Result>(
  { rules, alerts, history, events, database, clock }: AlertOperationPorts,
  name: string,
  decide: (set: RuleSet) => Changed<Result>,
): Promise<Result> {
  for (;;) {
    const set = await rules.all();
    // Whoever changes a rule has named one that is there; only `add` may make one.
    const changed = decide(set);
    if (changed.statements === undefined) return changed.result;
    const [at, { how, gone }] = [clock.now(), changed];
    const over = gone === null ? [] : await ending({ alerts, history, events }, { rule: gone, how, at });
    const told = events.append({ type: "tutti.alert.changed", subject: name, at, data: { rule: name, change: how } });
    const { committed } = await database.write([
      rules.nextGeneration(set.generation),
      ...changed.statements,
      ...over,
      told,
    ]);
    if (committed) return changed.result;
  }
}

/** What fires of a rule that is no more, or is another, is over; people who did that need not be told. */
async function ending(
  { alerts, history, events }: Pick<AlertOperationPorts, "alerts" | "history" | "events">,
  { rule, how, at }: { readonly rule: AlertRule; readonly how: string; readonly at: number },
): Promise<Statement[]> {
  const instances = await alerts.instances(rule.name);
  const over = instances.map(
    ({ labels, state, value }) => ({ labels, value, at, before: state, state: "normal" }) as const,
  );
  return [
    ...alerts.dropStanding(rule.name),
    ...over.map((change) => history.append({ ...change, rule: rule.name, note: `the rule was ${how}` })),
    ...over.flatMap((change) => eventsOf(events, rule, change)),
  ];
}
