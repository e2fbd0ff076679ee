// A process that prunes the runs of a SQLite file until so many transactions are done; ended from outside.
import { systemClock } from "../../src/core/clock.ts";
import { openSqlite } from "../../src/storage/sqlite.ts";
import { keepers } from "./retention-case.ts";

const [path = "", before = "0", transactions = "1"] = process.argv.slice(2);
const { runs } = keepers(openSqlite({ path }), systemClock);
const standStill = (): Promise<void> => new Promise(() => setInterval(() => undefined, 60_000));
let done = 0;
const pause = async (): Promise<void> => {
  process.stdout.write(".");
  if (++done >= Number(transactions)) await standStill();
};
await runs.prune({ before: Number(before), signal: new AbortController().signal, pause });
process.stdout.write("done");
