// Run by a test in a process of its own, which the test kills: an engine on a SQLite file whose flow starts a program that
// writes down its pids and does not end.
import { openSqlite } from "../../src/storage/sqlite.ts";
import { longShell, openWorkEngine } from "./work-verbs-case.ts";

const [database = "", workspace = ""] = process.argv.slice(2);
const engine = await openWorkEngine(openSqlite({ path: database, exclusive: false }), { workspace });
process.stdout.write(`${await engine.start(longShell())}\n`);
