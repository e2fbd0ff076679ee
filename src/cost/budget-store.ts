import { sql, type Selectable } from "kysely";
import type { Clock } from "../core/clock.ts";
import { TuttiError } from "../core/error.ts";
import { newId } from "../core/id.ts";
import { nearest } from "../core/nearest.ts";
import type { Random } from "../core/random.ts";
import type { Statement } from "../core/statement.ts";
import { toStatement, type Database } from "../storage/database.ts";
import { countsAs, type Budget } from "./budget.ts";
import type { BudgetTable, CostBuild, WindowTable } from "./cost-table.ts";

/** The budgets of one moment. */
export interface Snapshot {
  /** Another number, other budgets. */
  readonly generation: number;
  readonly budgets: readonly Budget[];
}

export interface BudgetStore {
  /** As last read; `forget` makes the next call read anew. */
  current(): Promise<Snapshot>;
  forget(): void;
  /** Read anew: for those whom no guard tells that it is old. */
  fresh(): Promise<Snapshot>;
  /** Makes it or changes it; counts go on where they mean the same. */
  set(budget: Budget): Promise<Budget>;
  remove(name: string): Promise<void>;
  /** `usage.invalid` where there is none. */
  get(name: string): Promise<Budget>;
  /** Makes the stored budgets of the configuration those that are given. */
  sync(configured: readonly Budget[]): Promise<void>;
  /** The newest first. */
  windows(budget: Budget): Promise<Selectable<WindowTable>[]>;
}

export interface BudgetStorePorts {
  readonly database: Pick<Database, "read" | "write">;
  readonly build: CostBuild;
  readonly clock: Clock;
  readonly random: Random;
}

export const newBudgetId = (random: Random): string => newId("bud", random);

const mostWindows = 50;

export function createBudgetStore(ports: BudgetStorePorts): BudgetStore {
  const { database, build } = ports;
  let known: Promise<Snapshot> | undefined;
  const forget = (): void => void (known = undefined);
  const current = (): Promise<Snapshot> => {
    known ??= readSnapshot(ports).catch((error: unknown) => {
      forget();
      throw error;
    });
    return known;
  };
  const change = async (make: (snapshot: Snapshot) => readonly Statement[]): Promise<void> => {
    for (;;) {
      const snapshot = await fresh();
      const statements = make(snapshot);
      if (statements.length === 0) return;
      const result = await database.write([nextGeneration(build, snapshot.generation), ...statements]);
      forget();
      if (result.committed) return;
    }
  };
  const fresh = (): Promise<Snapshot> => {
    forget();
    return current();
  };
  return {
    current,
    forget,
    fresh,
    async set(budget) {
      await change(({ budgets }) => replace(ports, budgets, budget));
      return findBudget((await current()).budgets, budget.name);
    },
    remove: (name) => change(({ budgets }) => removal(build, findBudget(budgets, name))),
    get: async (name) => findBudget((await fresh()).budgets, name),
    sync: (configured) => change(({ budgets }) => differences(ports, budgets, configured)),
    windows: (budget) =>
      database.read(
        build
          .selectFrom("cost_windows")
          .selectAll()
          .where("budget", "=", budget.id)
          .orderBy("period", "desc")
          .orderBy("subject")
          .limit(mostWindows)
          .compile(),
      ),
  };
}

async function readSnapshot({ database, build }: BudgetStorePorts): Promise<Snapshot> {
  // Read first: budgets that are newer than their number only fail the next guard.
  const [row] = await database.read(build.selectFrom("cost_generation").select("number").compile());
  const budgets = await database.read(build.selectFrom("cost_budgets").selectAll().orderBy("name").compile());
  return { generation: row?.number ?? 0, budgets: budgets.map(toBudgetOfRow) };
}

function toBudgetOfRow(row: Selectable<BudgetTable>): Budget {
  return {
    id: row.id,
    name: row.name,
    source: row.source as Budget["source"],
    scope: row.scope as Budget["scope"],
    subject: row.subject,
    period: row.period as Budget["period"],
    metric: row.metric as Budget["metric"],
    hard: row.hard,
    currency: row.currency,
    softPercent: row.soft_percent,
    action: row.action as Budget["action"],
    degradeTo: row.degrade_to,
    raiseBy: row.raise_by,
    resume: row.resume as Budget["resume"],
  };
}

function nextGeneration(build: CostBuild, seen: number): Statement {
  const query = build
    .updateTable("cost_generation")
    .set({ number: sql<number>`number + 1` })
    .where("number", "=", seen);
  return toStatement(query, { guard: true });
}

function replace({ build, clock }: BudgetStorePorts, budgets: readonly Budget[], budget: Budget): Statement[] {
  const before = budgets.find(({ name }) => name === budget.name);
  const isSame = before !== undefined && countsAs(before, budget);
  const row: Omit<BudgetTable, "created_at"> = {
    id: isSame ? before.id : budget.id,
    name: budget.name,
    source: budget.source,
    scope: budget.scope,
    subject: budget.subject,
    period: budget.period,
    metric: budget.metric,
    hard: budget.hard,
    currency: budget.currency,
    soft_percent: budget.softPercent,
    action: budget.action,
    degrade_to: budget.degradeTo,
    raise_by: budget.raiseBy,
    resume: budget.resume,
  };
  if (isSame) {
    const marks = build.updateTable("cost_windows").set({ warned_at: null, reached_at: null });
    return [
      toStatement(build.updateTable("cost_budgets").set(row).where("id", "=", before.id)),
      // What was reached may be out of reach again.
      toStatement(marks.where("budget", "=", before.id)),
    ];
  }
  const insert = build.insertInto("cost_budgets").values({ ...row, created_at: clock.now() });
  return [...(before ? removal(build, before) : []), toStatement(insert)];
}

function removal(build: CostBuild, { id }: Budget): Statement[] {
  return [
    toStatement(build.deleteFrom("cost_budgets").where("id", "=", id)),
    toStatement(build.deleteFrom("cost_windows").where("budget", "=", id)),
    toStatement(build.deleteFrom("cost_raises").where("budget", "=", id)),
  ];
}

function differences(ports: BudgetStorePorts, stored: readonly Budget[], configured: readonly Budget[]): Statement[] {
  const names = new Set(configured.map(({ name }) => name));
  const gone = stored.filter(({ name, source }) => source === "config" && !names.has(name));
  const changed = configured.filter((budget) => !stored.some((other) => isEqual(other, budget)));
  return [
    ...gone.flatMap((budget) => removal(ports.build, budget)),
    ...changed.flatMap((budget) => replace(ports, stored, budget)),
  ];
}

function isEqual({ id: _left, ...left }: Budget, { id: _right, ...right }: Budget): boolean {
  return Object.entries(left).every(([key, value]) => Reflect.get(right, key) === value);
}

function findBudget(budgets: readonly Budget[], name: string): Budget {
  const found = budgets.find((budget) => budget.name === name);
  if (found) return found;
  const names = budgets.map((budget) => budget.name);
  const meant = nearest(name, names);
  throw new TuttiError("budget.missing", `there is no budget "${name}"${meant ? `; did you mean "${meant}"?` : ""}`, {
    hint:
      names.length > 0
        ? `There are: ${names.join(", ")}.`
        : "There is none yet. Set one: tutti budget set daily --window day --tokens 200000",
  });
}
