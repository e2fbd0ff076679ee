import type { Selectable } from "kysely";
import type { Clock } from "../core/clock.ts";
import type { Log } from "../core/log.ts";
import type { Statement } from "../core/statement.ts";
import type { Database } from "../storage/database.ts";
import { prepareRead } from "../storage/prepared.ts";
import { cutOff } from "./consumption.ts";
import type { CallTable, CostBuild } from "./cost-table.ts";
import type { Holders } from "./holder.ts";
import type { Hold, Ledger } from "./ledger.ts";

/** Sees to it that no call stays reserved for good: what a crash, a lost race or a lost run has left is settled. */
export interface Sweeper {
  /** A call of this process is about to be reserved; nobody settles it until it has ended. */
  began(id: string): void;
  /** It has ended, and these statements are on their way with its step. They are written here if they do not arrive. */
  ended(id: string, settlement: readonly Statement[]): void;
  /** It never was reserved, or is settled. */
  done(id: string): void;
  /** Every call that has begun is done. */
  allDone(): Promise<void>;
  /** A step begins anew: what its last execution has left is settled. */
  beginsAgain(run: string, step: string): Promise<void>;
  /** Settles what dead processes have left, and what of this one's has been on its way for long. */
  sweep(): Promise<void>;
  /** Now and then; returns at once where it is too early. */
  sweepOwn(options?: { readonly atLeastMs?: number }): Promise<void>;
}

export interface SweeperPorts {
  readonly database: Pick<Database, "read" | "write">;
  readonly build: CostBuild;
  readonly ledger: Ledger;
  readonly holders: Holders;
  readonly clock: Clock;
  readonly log: Log;
}

type CallRow = Selectable<CallTable>;

// A step's row is stored at once after its end, unless the disk is full or the database is away.
const onItsWayMs = 30_000;

export function createSweeper(ports: SweeperPorts): Sweeper {
  const { database, build, holders, clock } = ports;
  const live = new Set<string>();
  const underWay = new Map<string, PromiseWithResolvers<void>>();
  const ended = new Map<string, { readonly at: number; readonly settlement: readonly Statement[] }>();
  let sweptAt = clock.now();
  const ofStep = prepareRead<{ run: string; step: string }, CallRow>((slot) =>
    openCalls(build).where("run", "=", slot("run")).where("step", "=", slot("step")),
  );

  async function settle(row: CallRow): Promise<void> {
    if (live.has(row.id)) return;
    const own = ended.get(row.id);
    await database.write(own?.settlement ?? ports.ledger.settle(cutOff(toReserved(row), clock.now())));
    ended.delete(row.id);
    if (!own) ports.log.info("cost.estimated", { call: row.id, run: row.run, step: row.step, model: row.model });
  }

  async function sweepOwn({ atLeastMs = onItsWayMs }: { atLeastMs?: number } = {}): Promise<void> {
    const now = clock.now();
    if (now - sweptAt < atLeastMs) return;
    sweptAt = now;
    const rows = await database.read(openCalls(build).where("holder", "=", holders.me).compile());
    const open = new Set(rows.map(({ id }) => id));
    for (const id of ended.keys()) if (!open.has(id)) ended.delete(id);
    for (const row of rows) if (now - (ended.get(row.id)?.at ?? 0) >= atLeastMs) await settle(row);
  }

  return {
    began(id) {
      live.add(id);
      underWay.set(id, Promise.withResolvers());
    },
    ended(id, settlement) {
      ended.set(id, { at: clock.now(), settlement });
      live.delete(id);
    },
    done(id) {
      live.delete(id);
      underWay.get(id)?.resolve();
      underWay.delete(id);
    },
    async allDone() {
      await Promise.all([...underWay.values()].map(({ promise }) => promise));
    },
    async beginsAgain(run, step) {
      for (const row of await database.read(ofStep({ run, step }))) await settle(row);
    },
    sweepOwn,
    async sweep() {
      await sweepOwn();
      const rows = await database.read(openCalls(build).where("holder", "<>", holders.me).compile());
      for (const [holder, calls] of Map.groupBy(rows, (row) => row.holder))
        if (await holders.isGone(holder)) for (const row of calls) await settle(row);
    },
  };
}

function openCalls(build: CostBuild) {
  return build.selectFrom("cost_calls").selectAll().where("state", "=", "reserved");
}

function toReserved(row: CallRow) {
  return {
    id: row.id,
    model: row.model,
    boundInput: row.bound_input,
    boundTokens: row.bound_tokens,
    boundMs: row.bound_ms,
    boundMoney: row.bound_money,
    holds: JSON.parse(row.holds) as Hold[],
  };
}
