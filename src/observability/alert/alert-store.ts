import type { Selectable } from "kysely";
import type { EpochMs } from "../../core/clock.ts";
import type { Statement } from "../../core/statement.ts";
import { toStatement, type Database } from "../../storage/database.ts";
import type { AlertBuild, AlertTables } from "./alert-table.ts";
import type { Labels } from "./rule.ts";
import type { Matcher, Silence } from "./silence.ts";
import type { Acknowledgement, Instance } from "./state.ts";

/** Why a rule gives no answer, and since when. */
export interface Trouble {
  readonly state: "no_data" | "error";
  readonly since: EpochMs;
  readonly problem: string;
}

/** What is known of all rules at one moment. */
export interface Standing {
  readonly instances: ReadonlyMap<string, readonly Instance[]>;
  readonly troubles: ReadonlyMap<string, Trouble>;
  /** Those that hold now. */
  readonly silences: readonly Silence[];
}

export interface AlertStore {
  /** When the rules were last looked at. */
  lookedAt(): Promise<EpochMs | null>;
  standing(now: EpochMs): Promise<Standing>;
  instances(rule: string): Promise<readonly Instance[]>;
  /** A guard: the rules are still those that were looked at, and nobody else has looked since then. */
  looked(turn: { readonly generation: number; readonly before: EpochMs | null; readonly at: EpochMs }): Statement;
  /** Leaves what people have said to it as it is. */
  putInstance(rule: string, instance: Instance): Statement;
  dropInstance(rule: string, key: string): Statement;
  /** Everything that is known of how a rule stands. */
  dropStanding(rule: string): readonly Statement[];
  told(rule: string, key: string, at: EpochMs): Statement;
  acknowledge(rule: string, key: string, ack: Acknowledgement): Statement;
  putTrouble(rule: string, trouble: Trouble): Statement;
  dropTrouble(rule: string): Statement;
  putSilence(silence: Silence): Statement;
  /** A guard: fails where there is none. */
  dropSilence(id: string): Statement;
  /** What is over for so long that nobody asks for it. */
  tidy(before: EpochMs): readonly Statement[];
}

export function createAlertStore(database: Pick<Database, "read">, build: AlertBuild): AlertStore {
  const states = build.selectFrom("alert_states").selectAll().orderBy("since").orderBy("instance");
  const lookedAt = async (): Promise<EpochMs | null> => {
    const [watch] = await database.read(build.selectFrom("alert_watch").select("looked_at").compile());
    return watch?.looked_at ?? null;
  };
  return {
    lookedAt,
    async standing(now) {
      const rows = await database.read(states.compile());
      const troubles = await database.read(build.selectFrom("alert_health").selectAll().compile());
      const silences = await database.read(
        build.selectFrom("alert_silences").selectAll().where("until", ">", now).orderBy("until").compile(),
      );
      return {
        instances: mapped(Map.groupBy(rows, ({ rule }) => rule)),
        troubles: new Map(troubles.map((row) => [row.rule, toTrouble(row)])),
        silences: silences.map(toSilence),
      };
    },
    instances: async (rule) => (await database.read(states.where("rule", "=", rule).compile())).map(toInstance),
    ...statesOf(build),
    ...restOf(build),
  };
}

function statesOf(build: AlertBuild) {
  const one = (rule: string, key: string) =>
    build.updateTable("alert_states").where("rule", "=", rule).where("instance", "=", key);
  return {
    looked({ generation, before, at }: Parameters<AlertStore["looked"]>[0]) {
      const update = build.updateTable("alert_watch").set({ looked_at: at }).where("generation", "=", generation);
      const alone = before === null ? update.where("looked_at", "is", null) : update.where("looked_at", "=", before);
      return toStatement(alone, { guard: true });
    },
    putInstance(rule: string, instance: Instance) {
      const row = {
        state: instance.state,
        since: instance.since,
        active_since: instance.activeSince,
        clear_since: instance.clearSince,
        value: instance.value,
        told_at: instance.toldAt,
      };
      const insert = build.insertInto("alert_states").values({
        ...row,
        rule,
        instance: instance.key,
        labels: JSON.stringify(instance.labels),
      });
      return toStatement(insert.onConflict((conflict) => conflict.columns(["rule", "instance"]).doUpdateSet(row)));
    },
    dropInstance: (rule: string, key: string) =>
      toStatement(build.deleteFrom("alert_states").where("rule", "=", rule).where("instance", "=", key)),
    dropStanding: (rule: string) => [
      toStatement(build.deleteFrom("alert_states").where("rule", "=", rule)),
      toStatement(build.deleteFrom("alert_health").where("rule", "=", rule)),
    ],
    told: (rule: string, key: string, at: EpochMs) => toStatement(one(rule, key).set({ told_at: at })),
    acknowledge: (rule: string, key: string, { at, by, note }: Acknowledgement) =>
      toStatement(one(rule, key).set({ acked_at: at, acked_by: by, ack_note: note }).where("state", "=", "firing"), {
        guard: true,
      }),
  };
}

function restOf(build: AlertBuild) {
  return {
    putTrouble(rule: string, { state, since, problem }: Trouble) {
      const row = { state, since, problem };
      const insert = build.insertInto("alert_health").values({ rule, ...row });
      return toStatement(insert.onConflict((conflict) => conflict.column("rule").doUpdateSet(row)));
    },
    dropTrouble: (rule: string) => toStatement(build.deleteFrom("alert_health").where("rule", "=", rule)),
    putSilence({ id, rule, matchers, until, createdAt, createdBy, reason }: Silence) {
      const row = { id, rule, matchers: JSON.stringify(matchers), until, created_at: createdAt, created_by: createdBy };
      return toStatement(build.insertInto("alert_silences").values({ ...row, reason }));
    },
    dropSilence: (id: string) => toStatement(build.deleteFrom("alert_silences").where("id", "=", id), { guard: true }),
    tidy: (before: EpochMs) => [
      toStatement(build.deleteFrom("alert_silences").where("until", "<", before)),
      toStatement(build.deleteFrom("alert_notices").where("due_at", "is", null).where("created_at", "<", before)),
    ],
  };
}

type StateRow = Selectable<AlertTables["alert_states"]>;

function mapped(groups: ReadonlyMap<string, readonly StateRow[]>): ReadonlyMap<string, readonly Instance[]> {
  return new Map([...groups].map(([rule, rows]) => [rule, rows.map(toInstance)]));
}

function toInstance(row: StateRow): Instance {
  return {
    key: row.instance,
    labels: JSON.parse(row.labels) as Labels,
    state: row.state as Instance["state"],
    since: row.since,
    activeSince: row.active_since,
    clearSince: row.clear_since,
    value: row.value,
    toldAt: row.told_at,
    ack: row.acked_at === null ? null : { at: row.acked_at, by: row.acked_by ?? "", note: row.ack_note ?? "" },
  };
}

function toTrouble({ state, since, problem }: Selectable<AlertTables["alert_health"]>): Trouble {
  return { state: state as Trouble["state"], since, problem };
}

function toSilence(row: Selectable<AlertTables["alert_silences"]>): Silence {
  const { id, rule, until, reason, created_at: createdAt, created_by: createdBy } = row;
  return { id, rule, matchers: JSON.parse(row.matchers) as Matcher[], until, reason, createdAt, createdBy };
}
