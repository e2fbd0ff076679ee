import type { Migration } from "../core/capability.ts";
import { TuttiError } from "../core/error.ts";
import type { RoomMigrations, Row } from "./database.ts";

export interface PendingMigration {
  readonly room: string;
  readonly migration: Migration;
}

/** What is still to run, in order; `storage.newer` if the database holds a migration that this version does not know. */
export function pendingMigrations(
  rooms: readonly RoomMigrations[],
  applied: readonly Row[],
  where: string,
): readonly PendingMigration[] {
  const all = rooms.flatMap(({ room, migrations }) => migrations.map((migration) => ({ room, migration })));
  const known = new Set(all.map(({ room, migration }) => `${room}/${migration.name}`));
  const done = new Set(applied.map((row) => `${String(row["room"])}/${String(row["name"])}`));
  const foreign = [...done].find((name) => !known.has(name));
  if (foreign !== undefined) {
    throw new TuttiError("storage.newer", `${where} has the migration "${foreign}", which this version does not know`, {
      hint: "Install the newer version of Tutti again, or point TUTTI_HOME at another folder. Nothing was changed.",
      where,
    });
  }
  return all.filter(({ room, migration }) => !done.has(`${room}/${migration.name}`));
}
