import type { Selectable } from "kysely";
import type { Clock } from "../../core/clock.ts";
import { newId } from "../../core/id.ts";
import type { Random } from "../../core/random.ts";
import type { Statement } from "../../core/statement.ts";
import { toStatement, type Database } from "../../storage/database.ts";
import type { AlertBuild, AlertTables } from "./alert-table.ts";
import type { Notice, Notify } from "./notice.ts";

/** Notices that are to be told: written with the change that they are of, so that none is lost, told afterwards. */
export interface Outbox {
  add(rule: string, notice: Notice, channels: readonly string[]): Statement;
  /** Tells what is due; a channel that did not take it is tried again a few times. */
  deliver(signal: AbortSignal): Promise<void>;
  /** What was given up, or is being tried again, the newest first. */
  problems(): Promise<readonly { readonly rule: string; readonly at: number; readonly problem: string }[]>;
}

export interface OutboxPorts {
  readonly database: Pick<Database, "read" | "write">;
  readonly build: AlertBuild;
  readonly notify: Notify;
  readonly clock: Clock;
  readonly random: Random;
}

type Row = Selectable<AlertTables["alert_notices"]>;

// A machine that sleeps or a mail server that restarts is back within the hour; a wrong password is not.
const pausesMs = [60_000, 5 * 60_000, 30 * 60_000];
// Ways to tell take a minute at the most; who has not told it by then has ended in between.
const longestTellingMs = 2 * 60_000;
const mostAtOnce = 20;
const mostProblems = 20;

export function createOutbox(ports: OutboxPorts): Outbox {
  const { database, build, clock, random } = ports;
  return {
    add(rule, notice, channels) {
      const [now, id] = [clock.now(), newId("ntc", random)];
      const row = { id, rule, notice: JSON.stringify(notice), channels: JSON.stringify(channels) };
      const state = { created_at: now, due_at: now, attempts: 0, problem: null };
      return toStatement(build.insertInto("alert_notices").values({ ...row, ...state }));
    },
    async deliver(signal) {
      const due = build.selectFrom("alert_notices").selectAll().where("due_at", "<=", clock.now());
      const rows = await database.read(due.orderBy("created_at").limit(mostAtOnce).compile());
      const gone = new Promise<"gone">((resolve) => {
        if (signal.aborted) resolve("gone");
        signal.addEventListener("abort", () => resolve("gone"), { once: true });
      });
      // Who stops does not wait for a mail server: it is told again by the next host.
      await Promise.all(rows.map((row) => Promise.race([tell(ports, row), gone])));
    },
    async problems() {
      const failed = build.selectFrom("alert_notices").selectAll().where("problem", "is not", null);
      const rows = await database.read(failed.orderBy("created_at", "desc").limit(mostProblems).compile());
      return rows.map(({ rule, created_at, problem }) => ({ rule, at: created_at, problem: problem ?? "" }));
    },
  };
}

async function tell({ database, build, notify, clock }: OutboxPorts, row: Row): Promise<void> {
  const one = build.updateTable("alert_notices").where("id", "=", row.id);
  const claim = one.set({ due_at: clock.now() + longestTellingMs }).where("due_at", "=", row.due_at);
  // Somebody else tells it.
  if (!(await database.write([toStatement(claim, { guard: true })])).committed) return;
  const deliveries = await notify(JSON.parse(row.notice) as Notice, JSON.parse(row.channels) as string[]);
  const failed = deliveries.filter(({ error }) => error !== null);
  if (failed.length === 0) {
    await database.write([toStatement(build.deleteFrom("alert_notices").where("id", "=", row.id))]);
    return;
  }
  const pauseMs = pausesMs[row.attempts];
  const next = {
    channels: JSON.stringify(failed.map(({ channel }) => channel)),
    due_at: pauseMs === undefined ? null : clock.now() + pauseMs,
    attempts: row.attempts + 1,
    problem: failed.map(({ channel, error }) => `${channel}: ${error}`).join("; "),
  };
  await database.write([toStatement(one.set(next))]);
}
