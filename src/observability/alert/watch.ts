import type { Clock, EpochMs } from "../../core/clock.ts";
import type { Statement } from "../../core/statement.ts";
import type { Database } from "../../storage/database.ts";
import { evaluate, type EvaluatePorts } from "./evaluate.ts";
import type { RuleStore } from "./rule-store.ts";
import { settle, type SettlePorts } from "./settle.ts";

export interface WatchPorts extends EvaluatePorts, SettlePorts {
  readonly database: Pick<Database, "write">;
  readonly rules: RuleStore;
  readonly clock: Clock;
}

// Turns come every 15 s; after a longer pause nobody knows what was meanwhile.
const longestPauseMs = 60_000;
const usualPauseMs = 15_000;
const atOnce = 4;
const keptAfterMs = 7 * 86_400_000;

/** One turn: looks at all rules, stores what has changed with its events and notices in one write, and tells. */
export async function watchOnce(ports: WatchPorts, signal: AbortSignal): Promise<void> {
  const { rules: ruleStore, alerts, database, outbox, clock } = ports;
  const { generation, rules } = await ruleStore.all();
  const looked = rules.filter(({ isEnabled }) => isEnabled);
  const before = await alerts.lookedAt();
  const once = { metrics: ports.metrics, store: namesAskedOnce(ports.store) };
  const evaluations = await inParts(looked, (rule) => evaluate(once, rule, { now: clock.now(), signal }));
  const now = clock.now();
  // Read after looking, which takes a while: what people have said meanwhile is known.
  const standing = await alerts.standing(now);
  const unseenMs = unseenSince(before, now);
  const statements = looked.flatMap((rule, index) => {
    const evaluation = evaluations[index];
    return evaluation === undefined ? [] : settle(ports, { rule, evaluation, standing, unseenMs, now });
  });
  const upkeep = statements.length > 0 ? await tidied(ports, now) : [];
  // Not written where the rules are others by now, or where a turn that took long has been overtaken: the next goes by what is.
  await database.write([alerts.looked({ generation, before, at: now }), ...statements, ...upkeep]);
  await outbox.deliver(signal);
}

function unseenSince(lookedAt: EpochMs | null, now: EpochMs): number {
  if (lookedAt === null) return 0;
  const pauseMs = now - lookedAt;
  return pauseMs > longestPauseMs ? pauseMs - usualPauseMs : 0;
}

/** Each rule without an answer asks which series there are. */
function namesAskedOnce(store: EvaluatePorts["store"]): EvaluatePorts["store"] {
  let names: ReturnType<EvaluatePorts["store"]["seriesNames"]> | undefined;
  return {
    countLogs: (filter) => store.countLogs(filter),
    countTraces: (filter) => store.countTraces(filter),
    seriesNames: () => (names ??= store.seriesNames()),
  };
}

async function tidied({ alerts, history }: WatchPorts, now: EpochMs): Promise<Statement[]> {
  return [...alerts.tidy(now - keptAfterMs), ...(await history.bound())];
}

/** A few at a time, in order. */
async function inParts<Item, Result>(items: readonly Item[], work: (item: Item) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = [];
  for (let at = 0; at < items.length; at += atOnce)
    results.push(...(await Promise.all(items.slice(at, at + atOnce).map(work))));
  return results;
}
