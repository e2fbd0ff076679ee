import type { Selectable } from "kysely";
import type { EpochMs } from "../../core/clock.ts";
import type { Statement } from "../../core/statement.ts";
import { toStatement, type Database } from "../../storage/database.ts";
import type { AlertBuild, AlertTables } from "./alert-table.ts";
import type { Labels } from "./rule.ts";

export type HistoryState = "normal" | "pending" | "firing" | "no_data" | "error";

/** A rule, or one of its sets of labels, went from one state to another. */
export interface PastChange {
  readonly at: EpochMs;
  readonly rule: string;
  /** Null where it is of the rule as a whole. */
  readonly labels: Labels | null;
  readonly before: HistoryState;
  readonly state: HistoryState;
  readonly value: number | null;
  readonly note: string | null;
}

export interface StoredChange extends PastChange {
  /** Grows in the order of storing. */
  readonly id: number;
}

export interface HistoryFilter {
  readonly rule?: string | undefined;
  readonly since?: EpochMs | undefined;
  /** Only what was stored before the one of this number. */
  readonly before?: number | undefined;
  readonly limit: number;
}

export interface History {
  /** The newest first. */
  read(filter: HistoryFilter): Promise<readonly StoredChange[]>;
  append(change: PastChange): Statement;
  /** Leaves no more than so many. */
  bound(): Promise<readonly Statement[]>;
}

// A rule that flaps all day makes some thousand a day; a year of a calm machine is a few hundred.
const mostKept = 10_000;

export function createHistory(database: Pick<Database, "read">, build: AlertBuild): History {
  return {
    async read({ rule, since, before, limit }) {
      let query = build.selectFrom("alert_changes").selectAll();
      if (rule !== undefined) query = query.where("rule", "=", rule);
      if (since !== undefined) query = query.where("at", ">=", since);
      if (before !== undefined) query = query.where("id", "<", before);
      return (await database.read(query.orderBy("id", "desc").limit(limit).compile())).map(toChange);
    },
    append({ labels, ...change }) {
      const row = { ...change, labels: labels === null ? null : JSON.stringify(labels) };
      return toStatement(build.insertInto("alert_changes").values(row));
    },
    async bound() {
      const newest = build.selectFrom("alert_changes").select("id").orderBy("id", "desc");
      const [last] = await database.read(newest.offset(mostKept).limit(1).compile());
      return last ? [toStatement(build.deleteFrom("alert_changes").where("id", "<=", last.id))] : [];
    },
  };
}

function toChange(row: Selectable<AlertTables["alert_changes"]>): StoredChange {
  const { id, at, rule, value, note } = row;
  return {
    id,
    at,
    rule,
    labels: row.labels === null ? null : (JSON.parse(row.labels) as Labels),
    before: row.before as HistoryState,
    state: row.state as HistoryState,
    value,
    note,
  };
}
