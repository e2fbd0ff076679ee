import { sql, type RawBuilder } from "kysely";
import type { Statement } from "../../core/statement.ts";
import { toStatement, type Database, type WriteResult } from "../../storage/database.ts";
import type { Runs } from "../woken.ts";
import { openStates } from "./run-family.ts";

export interface RemovalPorts {
  readonly database: Pick<Database, "read" | "write" | "capabilities">;
  readonly build: Runs;
  /** What other rooms remove in the transaction that removes these runs. */
  readonly forget: (runs: readonly string[]) => readonly Statement[];
  /** Columns that named blobs, of what is gone. */
  readonly released: (columns: readonly string[]) => void;
}

// A transaction that holds the only connection of SQLite for longer than some milliseconds is felt by every run.
const mostRows = 200;
const mostRuns = 50;

/** Runs in groups whose rows share a transaction. One with more rows than that is a group of its own. */
export async function groupRuns({ database, build }: RemovalPorts, runs: readonly string[]): Promise<string[][]> {
  const groups: string[][] = [];
  let rows = 0;
  for (let from = 0; from < runs.length; from += mostRuns) {
    const some = runs.slice(from, from + mostRuns);
    const length = sql<number>`(select coalesce(max(seq), 0) from journal where run_id = runs.id)`.as("length");
    const known = await database.read(
      build.selectFrom("runs").select(["id", length]).where("id", "in", some).compile(),
    );
    for (const { id, length: own } of known) {
      const group = groups.at(-1);
      if (group && group.length < mostRuns && rows + own <= mostRows) group.push(id);
      else groups.push([id]);
      rows = groups.at(-1) === group ? rows + own : own;
    }
  }
  return groups;
}

/**
 * Removes ended runs with all that is theirs. False where a fork of one has come meanwhile: then nothing has changed.
 * The rows of a long run follow in transactions of their own; until then `run_remains` names it, so that a process that
 * dies in between leaves nothing that nobody would remove.
 */
export async function removeRuns(ports: RemovalPorts, runs: readonly string[]): Promise<boolean> {
  const { database, build, forget } = ports;
  const remains = sql`insert into run_remains (run_id) select distinct run_id from journal
    where run_id in (${sql.join(runs)}) and seq >= ${mostRows}`;
  const result = await database.write([
    ...(database.capabilities.sharedWriters ? [lock(build, runs)] : []),
    unlessForked(build, runs),
    toStatement({ compile: () => remains.compile(build) }),
    toStatement(
      build
        .deleteFrom("runs")
        .where("id", "in", runs)
        .returning(blobColumns(["input", "output", "failure"])),
    ),
    ...restOf(build, runs),
    ...forget(runs),
    rowsOf(build, runs),
  ]);
  if (!result.committed) return false;
  ports.released(blobsIn(result));
  return true;
}

/** Goes on with runs whose row is gone and whose journal is not. Gives how many of them are done. */
export async function removeRemains(
  ports: RemovalPorts,
  { signal, pause }: { readonly signal: AbortSignal; readonly pause: () => Promise<void> },
): Promise<number> {
  const { database, build } = ports;
  let done = 0;
  for (const { run_id: run } of await database.read(build.selectFrom("run_remains").selectAll().compile())) {
    for (let isLeft = true; isLeft;) {
      if (signal.aborted) return done;
      const result = await database.write([rowsOf(build, [run])]);
      ports.released(blobsIn(result));
      isLeft = result.committed && (result.rows[0]?.length ?? 0) > 0;
      await pause();
    }
    await database.write([toStatement(build.deleteFrom("run_remains").where("run_id", "=", run))]);
    done++;
  }
  return done;
}

/** Whoever forks one of them waits for this transaction, and then finds no origin. */
function lock(build: Runs, runs: readonly string[]): Statement {
  return toStatement(build.selectFrom("runs").select("id").where("id", "in", runs).orderBy("id").forUpdate());
}

function unlessForked(build: Runs, runs: readonly string[]): Statement {
  const isOf = runs.map((id) => sql<boolean>`forked_from like ${`${id}@%`}`);
  const guard = sql`select 1 as free where not exists (select 1 from runs where status in (${sql.join(openStates)})
    and forked_from is not null and (${sql.join(isOf, sql` or `)}))`;
  return toStatement({ compile: () => guard.compile(build) }, { guard: true });
}

function restOf(build: Runs, runs: readonly string[]): Statement[] {
  const ofFires = sql`delete from schedule_fires where run_id in (${sql.join(runs)})`;
  const ofSchedules = sql`update schedules set last_run = null where last_run in (${sql.join(runs)})`;
  return [
    toStatement(
      build
        .deleteFrom("openings")
        .where("run_id", "in", runs)
        .returning(blobColumns(["input", "result", "failure"])),
    ),
    toStatement(build.deleteFrom("processes").where("run_id", "in", runs)),
    toStatement({ compile: () => ofFires.compile(build) }),
    toStatement({ compile: () => ofSchedules.compile(build) }),
  ];
}

/** The first rows of their journals, as many as go together. */
function rowsOf(build: Runs, runs: readonly string[]): Statement {
  const [only] = runs;
  const all = build.deleteFrom("journal").returning(blobColumns(["input", "result", "failure"]));
  if (runs.length > 1 || only === undefined) return toStatement(all.where("run_id", "in", runs));
  const first = sql<number>`(select min(seq) from journal where run_id = ${only})`;
  return toStatement(all.where("run_id", "=", only).where("seq", "<", sql<number>`${first} + ${mostRows}`));
}

function blobColumns<Name extends string>(names: readonly Name[]) {
  return names.map((name) => onlyBlob(name).as(name));
}

const onlyBlob = (name: string): RawBuilder<string | null> =>
  sql`case when substr(${sql.ref(name)}, 1, 1) = '@' then ${sql.ref(name)} end`;

function blobsIn(result: WriteResult): string[] {
  if (!result.committed) return [];
  const values = result.rows.flat().flatMap((row) => Object.values(row));
  return values.flatMap((value) => (typeof value === "string" && value.startsWith("@") ? [value] : []));
}
