import { sql } from "kysely";
import { prepare, type Slot } from "../storage/prepared.ts";
import type { Statement } from "../core/statement.ts";
import { advisoryLock, oneMoreDeath, woken, wokenColumns, type Runs } from "./woken.ts";

/** What happens to runs from outside of their bodies: claims, deaths, wakes, requests of people. */
export function controlStatements(build: Runs, hasSharedWriters: boolean) {
  return {
    ...claimStatements(build),
    ...limitedClaimStatements(build, hasSharedWriters),
    ...cancelStatements(build),
    ...pauseStatements(build),
  };
}

export interface Claim {
  readonly id: string;
  readonly owner: string;
  readonly at: number;
}

export interface LimitedClaim extends Claim {
  readonly flow: string;
  readonly limit: number;
}

/** A queued run that becomes its claimant's, with a new epoch. */
function claimed(build: Runs, slot: Slot<Claim>) {
  return build
    .updateTable("runs")
    .set({
      status: "running",
      owner: slot("owner"),
      epoch: sql<number>`epoch + 1`,
      started_at: sql<number>`coalesce(started_at, ${slot("at")})`,
    })
    .where("id", "=", slot("id"))
    .where("status", "=", "queued");
}

function claimStatements(build: Runs) {
  const claim = prepare<Claim>((slot) => claimed(build, slot).returningAll(), { guard: true });
  const die = prepare<{ owner: string }>((slot) =>
    build
      .updateTable("runs")
      .set({ status: "queued", owner: null, ...oneMoreDeath })
      .where("owner", "=", slot("owner"))
      .where("status", "=", "running")
      .returning(["id as woken", "status as woken_status"]),
  );
  const wakeDue = prepare<{ now: number }>((slot) =>
    build
      .updateTable("runs")
      .set(woken)
      .where("status", "=", "waiting")
      .where("due_at", "<=", slot("now"))
      .returning(wokenColumns),
  );
  return { claim, die, wakeDue };
}

function limitedClaimStatements(build: Runs, hasSharedWriters: boolean) {
  const claim = prepare<LimitedClaim>(
    (slot) =>
      claimed(build, slot)
        .where((where) =>
          where(
            where
              .selectFrom("runs as others")
              .select((value) => value.fn.countAll().as("count"))
              .where("others.flow", "=", slot("flow"))
              .where("others.status", "=", "running"),
            "<",
            slot("limit"),
          ),
        )
        .returningAll(),
    { guard: true },
  );
  /** Claims a run only while fewer than `limit` runs of its flow are worked on, whoever works on them. */
  const claimWithin = (values: LimitedClaim): Statement[] => [
    // Two claims at once that do not see each other would both find the last place free.
    ...(hasSharedWriters ? [advisoryLock(`limit of ${values.flow}`)] : []),
    claim(values),
  ];
  return { claimWithin };
}

function cancelStatements(build: Runs) {
  const open = ["queued", "running", "waiting", "paused"] as const;
  const requestCancel = prepare<{ id: string; at: number; reason: string | null }>((slot) =>
    build
      .updateTable("runs")
      .set({
        cancel_at: slot("at"),
        cancel_reason: slot("reason"),
        wake: sql<number>`wake + 1`,
        status: sql<string>`case when status in ('waiting', 'paused') then 'queued' else status end`,
        pause_at: null,
      })
      .where("id", "=", slot("id"))
      .where("status", "in", open)
      .where("cancel_at", "is", null)
      .returning(wokenColumns),
  );
  const cancelChildren = prepare<{ parent: string; at: number }>((slot) =>
    build
      .updateTable("runs")
      .set({
        cancel_at: slot("at"),
        cancel_reason: "the parent run ended",
        wake: sql<number>`wake + 1`,
        status: sql<string>`case when status in ('waiting', 'paused') then 'queued' else status end`,
      })
      .where("parent_run", "=", slot("parent"))
      .where("status", "in", open)
      .where("cancel_at", "is", null)
      .returning(wokenColumns),
  );
  return { requestCancel, cancelChildren };
}

function pauseStatements(build: Runs) {
  const requestPause = prepare<{ id: string; at: number }>((slot) =>
    build
      .updateTable("runs")
      .set({
        pause_at: slot("at"),
        wake: sql<number>`wake + 1`,
        status: sql<string>`case when status in ('queued', 'waiting') then 'paused' else status end`,
      })
      .where("id", "=", slot("id"))
      // A run that something has paused may go on by itself; one that a human has paused as well does not.
      .where((where) =>
        where.or([
          where("status", "in", ["queued", "running", "waiting"]),
          where.and([where("status", "=", "paused"), where("pause_at", "is", null)]),
        ]),
      )
      .returning(wokenColumns),
  );
  const resume = prepare<{ id: string }>(
    (slot) =>
      build
        .updateTable("runs")
        .set({ status: "queued", deaths: 0, failure: null, pause_at: null })
        .where("id", "=", slot("id"))
        .where("status", "=", "paused")
        .returning(wokenColumns),
    { guard: true },
  );
  const resumeUnasked = prepare<{ id: string; failure: string }>(
    (slot) =>
      build
        .updateTable("runs")
        .set({ status: "queued", deaths: 0, failure: null })
        .where("id", "=", slot("id"))
        .where("status", "=", "paused")
        .where("failure", "=", slot("failure"))
        .where("pause_at", "is", null)
        .returning(wokenColumns),
    { guard: true },
  );
  return { requestPause, resume, resumeUnasked };
}
