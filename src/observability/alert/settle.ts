import type { EpochMs } from "../../core/clock.ts";
import type { Statement } from "../../core/statement.ts";
import type { EventLog } from "../../events/event-log.ts";
import type { AlertStore, Standing, Trouble } from "./alert-store.ts";
import type { Evaluation } from "./evaluate.ts";
import type { History } from "./history.ts";
import { noticeOf, type NoticeKind, type Told } from "./notice.ts";
import type { Outbox } from "./outbox.ts";
import type { AlertRule } from "./rule.ts";
import { silenceFor } from "./silence.ts";
import { advance, type Change, type Instance } from "./state.ts";

export interface SettlePorts {
  readonly alerts: AlertStore;
  readonly history: History;
  readonly outbox: Outbox;
  readonly events: Pick<EventLog, "append">;
  /** Of rules that name none of their own. */
  readonly channels: readonly string[];
}

/** A rule that was looked at, and how things stood before. */
export interface Turn {
  readonly rule: AlertRule;
  readonly evaluation: Evaluation;
  readonly standing: Standing;
  /** How long nobody has looked before this. */
  readonly unseenMs: number;
  readonly now: EpochMs;
}

// Who has said nothing to a critical alert is told again this often.
const reminderMs = 4 * 3_600_000;

/** What a look at a rule changes: how it stands, its history, its events, and what people are told. */
export function settle(ports: SettlePorts, turn: Turn): Statement[] {
  const { rule, evaluation, standing } = turn;
  const trouble = standing.troubles.get(rule.name);
  // Whether it is still so is not known: what fires goes on firing.
  if (evaluation.outcome !== "seen") return troubled(ports, turn, { ...evaluation, before: trouble });
  return [...recovered(ports, turn, trouble), ...observed(ports, turn, evaluation.observations)];
}

function troubled(
  { alerts, history }: SettlePorts,
  { rule, now }: Turn,
  { outcome, problem, before }: { outcome: Trouble["state"]; problem: string; before: Trouble | undefined },
): Statement[] {
  if (before?.state === outcome && before.problem === problem) return [];
  const since = before?.state === outcome ? before.since : now;
  const change = { at: now, rule: rule.name, labels: null, value: null, note: problem, state: outcome } as const;
  return [
    alerts.putTrouble(rule.name, { state: outcome, since, problem }),
    ...(before?.state === outcome ? [] : [history.append({ ...change, before: before?.state ?? "normal" })]),
  ];
}

function recovered({ alerts, history }: SettlePorts, { rule, now }: Turn, trouble: Trouble | undefined): Statement[] {
  if (trouble === undefined) return [];
  const change = { at: now, rule: rule.name, labels: null, value: null, note: null } as const;
  return [alerts.dropTrouble(rule.name), history.append({ ...change, before: trouble.state, state: "normal" })];
}

function observed(
  ports: SettlePorts,
  turn: Turn,
  observations: Extract<Evaluation, { outcome: "seen" }>["observations"],
): Statement[] {
  const { rule, standing, unseenMs, now } = turn;
  const known = new Map((standing.instances.get(rule.name) ?? []).map((instance) => [instance.key, instance]));
  const seen = new Map(observations.map((observation) => [observation.key, observation]));
  const look = { now, unseenMs, forMs: rule.forMs };
  const steps = [...new Set([...known.keys(), ...seen.keys()])].map((key): Step => {
    const before = known.get(key);
    const { next, change } = advance(before, seen.get(key), look);
    return { key, before, next, change };
  });
  return [...stored(ports, turn, steps), ...owed(ports, turn, steps)];
}

interface Step {
  readonly key: string;
  readonly before: Instance | undefined;
  readonly next: Instance | null;
  readonly change: Change | null;
}

function stored({ alerts, history, events }: SettlePorts, { rule }: Turn, steps: readonly Step[]): Statement[] {
  const statements: Statement[] = [];
  for (const { key, before, next, change } of steps) {
    if (next === null) statements.push(alerts.dropInstance(rule.name, key));
    else if (isOther(before, next)) statements.push(alerts.putInstance(rule.name, next));
    if (change === null) continue;
    statements.push(history.append({ ...change, rule: rule.name, note: null }), ...eventsOf(events, rule, change));
  }
  return statements;
}

/** What a firing and its end are told as to flows and other programs; what is pending is nobody's concern yet. */
export function eventsOf(
  events: Pick<EventLog, "append">,
  { name, summary, severity }: AlertRule,
  { before, state, at, labels, value }: Change,
): Statement[] {
  const type = state === "firing" ? "firing" : before === "firing" ? "resolved" : null;
  if (type === null) return [];
  const data = { rule: name, severity, summary, labels, value };
  return [events.append({ type: `tutti.alert.${type}`, subject: name, at, data })];
}

function owed({ alerts, outbox, channels }: SettlePorts, turn: Turn, steps: readonly Step[]): Statement[] {
  const { rule, standing, now } = turn;
  const kinds = Map.groupBy(steps, (step) => owedBy(step, rule, now));
  const ways = rule.channels ?? channels;
  const statements: Statement[] = [];
  for (const kind of ["firing", "reminder", "resolved"] as const) {
    const told = (kinds.get(kind) ?? [])
      .flatMap(({ before, next }) => next ?? before ?? [])
      .filter(({ labels }) => silenceFor(standing.silences, rule.name, { labels, now }) === null);
    if (told.length === 0 || ways.length === 0) continue;
    statements.push(outbox.add(rule.name, noticeOf(rule, kind, { instances: told.map(toldOf), now }), ways));
    if (kind !== "resolved") statements.push(...told.map(({ key }) => alerts.told(rule.name, key, now)));
  }
  return statements;
}

/** Only of what has changed for who is told; of its end only who was told of it. */
function owedBy({ before, next }: Step, { severity }: AlertRule, now: EpochMs): NoticeKind | null {
  if (next === null) return before?.state === "firing" && before.toldAt !== null ? "resolved" : null;
  if (next.state !== "firing" || next.ack !== null) return null;
  if (next.toldAt === null) return "firing";
  return severity === "critical" && now - next.toldAt >= reminderMs ? "reminder" : null;
}

function toldOf({ labels, value, activeSince }: Instance): Told {
  return { labels, value, since: activeSince };
}

function isOther(before: Instance | undefined, next: Instance): boolean {
  return (
    before === undefined ||
    (["state", "since", "activeSince", "clearSince", "value"] as const).some((name) => before[name] !== next[name])
  );
}
