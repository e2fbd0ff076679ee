import type { Holder } from "./woken.ts";
import { prepare } from "../storage/prepared.ts";
import type { ErrorColumns, UsageColumns } from "./run-column.ts";
import type { JournalTable, RunTable } from "./run-table.ts";
import { oneMoreDeath, wokenColumns, type Runs } from "./woken.ts";

/** Writes of the worker that holds a run: fenced by owner and epoch, so a worker that lost it writes nothing. */
export function heldStatements(build: Runs, hasSharedWriters: boolean) {
  return {
    ...insertStatements(build),
    ...fenceStatements(build, hasSharedWriters),
    ...endStatements(build),
    ...leaveStatements(build),
  };
}

/** What a new run has none of, a fork included. */
const notYet = {
  output: null,
  failure: null,
  abandoned: null,
  models: null,
  input_tokens: null,
  output_tokens: null,
  error_code: null,
  error_step: null,
  error_text: null,
} as const;

function insertStatements(build: Runs) {
  const insertRow = prepare<JournalTable>((slot) =>
    build.insertInto("journal").values({
      run_id: slot("run_id"),
      seq: slot("seq"),
      key: slot("key"),
      scope: slot("scope"),
      kind: slot("kind"),
      name: slot("name"),
      status: slot("status"),
      hash: slot("hash"),
      input: slot("input"),
      result: slot("result"),
      failure: slot("failure"),
      skipped: slot("skipped"),
      usage: slot("usage"),
      attempts: slot("attempts"),
      started_at: slot("started_at"),
      finished_at: slot("finished_at"),
    }),
  );
  const insertRun = prepare<RunTable>((slot) =>
    build
      .insertInto("runs")
      .values({
        id: slot("id"),
        flow: slot("flow"),
        file: slot("file"),
        folder: slot("folder"),
        status: slot("status"),
        input: slot("input"),
        seed: slot("seed"),
        priority: slot("priority"),
        created_at: slot("created_at"),
        started_at: slot("started_at"),
        finished_at: null,
        deadline_at: slot("deadline_at"),
        due_at: null,
        owner: slot("owner"),
        epoch: slot("epoch"),
        wake: 0,
        seq: slot("seq"),
        deaths: 0,
        died_at: null,
        cancel_at: null,
        cancel_reason: null,
        pause_at: null,
        parent_run: slot("parent_run"),
        parent_key: slot("parent_key"),
        forked_from: slot("forked_from"),
        trigger: slot("trigger"),
        trace: slot("trace"),
        usage: slot("usage"),
        brief: slot("brief"),
        ...notYet,
      })
      .returning(wokenColumns),
  );
  return { insertRow, insertRun };
}

/**
 * Looks whether the run is still this worker's. It only reads: a step that wrote to its run's row would touch one page more
 * with each commit. Where several processes write, the row is locked until the commit.
 */
function fenceStatements(build: Runs, hasSharedWriters: boolean) {
  const held = (slot: (name: keyof Holder) => never) => {
    const query = build
      .selectFrom("runs")
      .select("id")
      .where("id", "=", slot("id"))
      .where("epoch", "=", slot("epoch"))
      .where("owner", "=", slot("owner"));
    return hasSharedWriters ? query.forUpdate() : query;
  };
  const fence = prepare<Holder>(held, { guard: true });
  // Good only where nothing has happened to the run since it was read.
  const fenceWake = prepare<Holder & { wake: number }>((slot) => held(slot).where("wake", "=", slot("wake")), {
    guard: true,
  });
  /** Before a fork, whose origin must not go while it may still take results from it. */
  const holdOrigin = prepare<{ id: string }>(
    (slot) => {
      const query = build.selectFrom("runs").select("id").where("id", "=", slot("id"));
      return hasSharedWriters ? query.forUpdate() : query;
    },
    { guard: true },
  );
  const setUsage = prepare<{ id: string } & UsageColumns>((slot) =>
    build
      .updateTable("runs")
      .set({
        usage: slot("usage"),
        models: slot("models"),
        input_tokens: slot("input_tokens"),
        output_tokens: slot("output_tokens"),
      })
      .where("id", "=", slot("id")),
  );
  return { fence, fenceWake, holdOrigin, setUsage };
}

function endStatements(build: Runs) {
  const end = prepare<
    Holder &
      UsageColumns &
      ErrorColumns & {
        status: string;
        output: string | null;
        failure: string | null;
        abandoned: string | null;
        at: number;
      }
  >(
    (slot) =>
      build
        .updateTable("runs")
        .set({
          status: slot("status"),
          output: slot("output"),
          failure: slot("failure"),
          abandoned: slot("abandoned"),
          finished_at: slot("at"),
          usage: slot("usage"),
          models: slot("models"),
          input_tokens: slot("input_tokens"),
          output_tokens: slot("output_tokens"),
          error_code: slot("error_code"),
          error_text: slot("error_text"),
          // The innermost step whose failure this is: its row was written before those of the scopes around it.
          error_step: build
            .selectFrom("journal")
            .select("key")
            .where("run_id", "=", slot("id"))
            .where("failure", "is not", null)
            .where("failure", "=", slot("failure"))
            .where("kind", "<>", "attempt")
            .orderBy("seq")
            .limit(1),
          owner: null,
          due_at: null,
          pause_at: null,
        })
        .where("id", "=", slot("id"))
        .where("epoch", "=", slot("epoch"))
        .where("owner", "=", slot("owner")),
    { guard: true },
  );
  return { end };
}

function leaveStatements(build: Runs) {
  const park = prepare<Holder & { wake: number; due: number | null }>(
    (slot) =>
      build
        .updateTable("runs")
        .set({ status: "waiting", owner: null, deaths: 0, due_at: slot("due") })
        .where("id", "=", slot("id"))
        .where("epoch", "=", slot("epoch"))
        .where("owner", "=", slot("owner"))
        .where("wake", "=", slot("wake")),
    { guard: true },
  );
  const pause = prepare<Holder & ErrorColumns & { failure: string | null }>(
    (slot) =>
      build
        .updateTable("runs")
        // `pause_at` stays where a human has asked: then only a human resumes it.
        .set({
          status: "paused",
          owner: null,
          deaths: 0,
          failure: slot("failure"),
          error_code: slot("error_code"),
          error_text: slot("error_text"),
          error_step: null,
        })
        .where("id", "=", slot("id"))
        .where("epoch", "=", slot("epoch"))
        .where("owner", "=", slot("owner")),
    { guard: true },
  );
  const handBack = prepare<Holder>(
    (slot) =>
      build
        .updateTable("runs")
        .set({ status: "queued", owner: null, deaths: 0 })
        .where("id", "=", slot("id"))
        .where("epoch", "=", slot("epoch"))
        .where("owner", "=", slot("owner")),
    { guard: true },
  );
  // A worker that failed counts as a death, so that a run that always fails it ends as a crash loop.
  const giveUp = prepare<Holder>(
    (slot) =>
      build
        .updateTable("runs")
        .set({ status: "queued", owner: null, ...oneMoreDeath })
        .where("id", "=", slot("id"))
        .where("epoch", "=", slot("epoch"))
        .where("owner", "=", slot("owner"))
        .where("status", "=", "running"),
    { guard: true },
  );
  return { park, pause, handBack, giveUp };
}
