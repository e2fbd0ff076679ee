import { TuttiError } from "../../src/core/error.ts";
import type { Statement } from "../../src/core/statement.ts";
import type { Database, WriteResult } from "../../src/storage/database.ts";
import type { Owner, World } from "./world.ts";

export interface Faults {
  /** The owner dies; nothing of it happens any more. */
  die(owner: Owner): void;
  /** The way to the database may break with the outcome of a write unknown. */
  readonly isRemote: boolean;
}

/** The database as one process sees it: each read and write takes time, and the process or the way to it may break. */
export function databaseOf(world: World, owner: Owner, real: Database, faults: Faults | null): Database {
  return {
    ...real,
    read: (query) => world.happen(owner, `reads`, () => real.read(query)),
    write: (statements) =>
      world.happen(owner, `writes ${summary(statements)}`, () =>
        faults && world.hasFaults ? faultyWrite(world, owner, { real, faults, statements }) : real.write(statements),
      ),
  };
}

async function faultyWrite(
  world: World,
  owner: Owner,
  { real, faults, statements }: { real: Database; faults: Faults; statements: readonly Statement[] },
): Promise<WriteResult> {
  const roll = world.random();
  if (roll < 0.012) {
    world.note(`${owner}: dies before the commit`);
    faults.die(owner);
    return never();
  }
  if (roll < 0.024) {
    await real.write(statements);
    world.note(`${owner}: dies after the commit`);
    faults.die(owner);
    return never();
  }
  if (roll < 0.03) throw broken();
  if (faults.isRemote && roll < 0.036) {
    await real.write(statements);
    world.note(`${owner}: never hears of the commit`);
    throw broken();
  }
  return real.write(statements);
}

function never(): Promise<never> {
  return new Promise(() => undefined);
}

function broken(): TuttiError {
  return new TuttiError("storage.unavailable", "the way to the database is broken");
}

function summary(statements: readonly Statement[]): string {
  const run = statements.flatMap(({ parameters }) => parameters).find((value) => String(value).startsWith("run_"));
  const acts = statements.map(({ sql }) => sql.split(" ").slice(0, 3).join(" ").replaceAll('"', ""));
  return `${acts.join("; ")} ${String(run ?? "")}`;
}
