import type { Kysely } from "kysely";
import type { Check } from "../core/capability.ts";
import type { Failure } from "../core/error.ts";
import type { Statement } from "../core/statement.ts";
import type { Database } from "../storage/database.ts";
import { prepare } from "../storage/prepared.ts";
import type { EngineTables } from "./run-table.ts";

/** When each background job is due, and how its last turn went. */
export interface JobStore {
  /** Does nothing for a job that is known. */
  register(job: { name: string; due: number }): Statement;
  /** A guard: takes a turn that is due and sets the next one. */
  claim(turn: { name: string; now: number; next: number }): Statement;
  finish(turn: { name: string; tookMs: number; failure: string | null }): Statement;
  /** By name, epoch milliseconds. */
  dueTimes(): Promise<Map<string, number>>;
  failures(): Promise<{ name: string; failure: Failure }[]>;
}

export function createJobStore(database: Database): JobStore {
  const build = database.build as unknown as Kysely<EngineTables>;
  const register = prepare<{ name: string; due: number }>((slot) =>
    build
      .insertInto("jobs")
      .values({ name: slot("name"), due_at: slot("due"), ran_at: null, took_ms: null, failure: null })
      .onConflict((conflict) => conflict.column("name").doNothing()),
  );
  const claim = prepare<{ name: string; now: number; next: number }>(
    (slot) =>
      build
        .updateTable("jobs")
        .set({ due_at: slot("next"), ran_at: slot("now") })
        .where("name", "=", slot("name"))
        .where("due_at", "<=", slot("now")),
    { guard: true },
  );
  const finish = prepare<{ name: string; tookMs: number; failure: string | null }>((slot) =>
    build
      .updateTable("jobs")
      .set({ took_ms: slot("tookMs"), failure: slot("failure") })
      .where("name", "=", slot("name")),
  );
  const read = () => database.read(build.selectFrom("jobs").selectAll().compile());
  return {
    register,
    claim,
    finish,
    dueTimes: async () => new Map((await read()).map((job) => [job.name, job.due_at])),
    failures: async () =>
      (await read()).flatMap(({ name, failure }) =>
        failure === null ? [] : [{ name, failure: JSON.parse(failure) as Failure }],
      ),
  };
}

export function jobCheck(store: JobStore): Check {
  return {
    group: "Runtime",
    name: "background jobs",
    async run() {
      const failures = await store.failures();
      if (failures.length === 0) return { status: "ok", message: "none has failed in its last turn" };
      const message = failures.map(({ name, failure }) => `${name}: ${failure.message}`).join("; ");
      return {
        status: "warn",
        message,
        fix: "Each is tried again by itself; `tutti work --verbose` shows what happens.",
      };
    },
  };
}
