import type { Kysely } from "kysely";
import type { Database } from "../../storage/database.ts";
import type { CancelRecord } from "../cancel-record.ts";
import type { EngineTables } from "../run-table.ts";

/** A wait that a cancel has ended. It leaves no row of its own; the row of the cancel names it. */
export interface WithdrawnWait {
  readonly key: string;
  readonly kind: string;
  readonly name: string;
  readonly startedAt: number | null;
  readonly finishedAt: number;
}

export function withdrawnIn(cancel: string | null, finishedAt: number): WithdrawnWait[] {
  const { waits = [] } = JSON.parse(cancel ?? "{}") as Partial<CancelRecord>;
  return waits.map(({ key, kind, name, openedAt }) => ({ key, kind, name, startedAt: openedAt, finishedAt }));
}

export async function withdrawnWait(database: Database, run: string, key: string): Promise<WithdrawnWait | undefined> {
  const build = database.build as unknown as Kysely<EngineTables>;
  const rows = await database.read(
    build
      .selectFrom("journal")
      .select(["result", "finished_at"])
      .where("run_id", "=", run)
      .where("kind", "=", "cancel")
      .compile(),
  );
  return rows.flatMap((row) => withdrawnIn(row.result, row.finished_at ?? 0)).find((wait) => wait.key === key);
}
