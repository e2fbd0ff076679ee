import { sql, type Selectable } from "kysely";
import type { Clock } from "../../core/clock.ts";
import { TuttiError } from "../../core/error.ts";
import { nearest } from "../../core/nearest.ts";
import type { Statement } from "../../core/statement.ts";
import { toStatement, type Database } from "../../storage/database.ts";
import type { AlertBuild, AlertTables } from "./alert-table.ts";
import { defaultRules } from "./default-rules.ts";
import type { AlertRule, Definition } from "./rule.ts";

/** A rule, and whether it is another than the one that Tutti came with. */
export interface StoredRule extends AlertRule {
  readonly isChanged: boolean;
}

/** The rules of one moment. */
export interface RuleSet {
  /** Another number, other rules. */
  readonly generation: number;
  /** By name. */
  readonly rules: readonly StoredRule[];
}

export interface RuleStore {
  all(): Promise<RuleSet>;
  /** `alert.missing` where there is none. */
  get(name: string): Promise<StoredRule>;
  save(name: string, row: { readonly definition: Definition | null; readonly isEnabled: boolean }): Statement;
  /** Of one of Tutti's own: what it was at first. */
  forget(name: string): Statement;
  /** A guard: fails where the rules are others than those. */
  nextGeneration(seen: number): Statement;
}

export interface RuleStorePorts {
  readonly database: Pick<Database, "read">;
  readonly build: AlertBuild;
  readonly clock: Clock;
}

export function createRuleStore({ database, build, clock }: RuleStorePorts): RuleStore {
  const all = async (): Promise<RuleSet> => {
    // Read first: rules that are newer than their number only fail the next guard.
    const [watch] = await database.read(build.selectFrom("alert_watch").select("generation").compile());
    const rows = await database.read(build.selectFrom("alert_rules").selectAll().compile());
    return { generation: watch?.generation ?? 0, rules: merged(rows) };
  };
  return {
    all,
    async get(name) {
      const { rules } = await all();
      return rules.find((rule) => rule.name === name) ?? missing(name, rules);
    },
    save(name, { definition, isEnabled }) {
      const row = {
        definition: definition === null ? null : JSON.stringify(definition),
        is_enabled: isEnabled ? 1 : 0,
        changed_at: clock.now(),
      };
      const insert = build.insertInto("alert_rules").values({ name, ...row });
      return toStatement(insert.onConflict((conflict) => conflict.column("name").doUpdateSet(row)));
    },
    forget: (name) => toStatement(build.deleteFrom("alert_rules").where("name", "=", name)),
    nextGeneration(seen) {
      const update = build.updateTable("alert_watch").set({ generation: sql<number>`generation + 1` });
      return toStatement(update.where("generation", "=", seen), { guard: true });
    },
  };
}

function merged(rows: readonly Selectable<AlertTables["alert_rules"]>[]): StoredRule[] {
  const stored = new Map(rows.map((row) => [row.name, row]));
  const own = defaultRules.map((rule) => withRow(rule, stored.get(rule.name)));
  const names = new Set(defaultRules.map(({ name }) => name));
  const others = rows.flatMap(({ name, definition, is_enabled }): StoredRule[] => {
    // A default of an earlier version that is no more.
    if (names.has(name) || definition === null) return [];
    const isEnabled = is_enabled === 1;
    return [{ ...(JSON.parse(definition) as Definition), name, isEnabled, isDefault: false, isChanged: false }];
  });
  return [...own, ...others].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function withRow(rule: AlertRule, row: Selectable<AlertTables["alert_rules"]> | undefined): StoredRule {
  if (!row) return { ...rule, isChanged: false };
  const changed = row.definition === null ? {} : (JSON.parse(row.definition) as Definition);
  return { ...rule, ...changed, isEnabled: row.is_enabled === 1, isChanged: row.definition !== null };
}

function missing(name: string, rules: readonly AlertRule[]): never {
  const names = rules.map((rule) => rule.name);
  const meant = nearest(name, names);
  throw new TuttiError(
    "alert.missing",
    `there is no alert rule "${name}"${meant ? `; did you mean "${meant}"?` : ""}`,
    {
      hint: `There are: ${names.join(", ")}.`,
    },
  );
}
