import type { Generated, Selectable } from "kysely";
import type { Migration } from "../core/capability.ts";
import { scheduleMigration } from "./schedule/schedule-table.ts";

/** Times are epoch milliseconds; `input`, `output`, `result`, `failure` hold JSON or a blob's name (storage/payload.ts). */
export interface RunTable {
  id: string;
  flow: string;
  /** The flow's file when the run began, seen from `folder`, for flows outside of the folders that are searched. */
  file: string | null;
  /** Where it was started: what its steps do to files is meant from here. */
  folder: string | null;
  status: string;
  input: string | null;
  output: string | null;
  failure: string | null;
  abandoned: string | null;
  seed: number;
  priority: number;
  created_at: number;
  started_at: number | null;
  finished_at: number | null;
  deadline_at: number | null;
  /** When a waiting run wakes by itself. */
  due_at: number | null;
  owner: string | null;
  epoch: number;
  /** Counts what has happened to the run from outside; a park is good only for the count that was read. */
  wake: number;
  /** The journal's length when the run was made: the rows that a fork has taken over. */
  seq: number;
  /** Claims in a row that ended in a death without a new row. */
  deaths: number;
  /** The journal's length at the last of them. */
  died_at: number | null;
  cancel_at: number | null;
  cancel_reason: string | null;
  pause_at: number | null;
  parent_run: string | null;
  parent_key: string | null;
  forked_from: string | null;
  /** Who or what started it: `cli`, `http`, `schedule:NAME`, `run:ID` for a child, `fork:ID`, `retry:ID`; null where nobody said. */
  trigger: string | null;
  /** Where its first cause stands in a trace (core/trace.ts); null where nobody has told. */
  trace: string | null;
  usage: string | null;
  /** What lists and searches read, so that they need not open what the columns above hold (run-column.ts). */
  brief: string | null;
  models: string | null;
  input_tokens: number | null;
  output_tokens: number | null;
  /** Good only as long as `failure` is there. */
  error_code: string | null;
  error_step: string | null;
  error_text: string | null;
}

export interface JournalTable {
  run_id: string;
  seq: number;
  key: string;
  /** The collapsed scope that the row lies in; rows of a stored scope are not needed for replay. */
  scope: string | null;
  kind: string;
  name: string;
  status: string;
  hash: string | null;
  input: string | null;
  result: string | null;
  failure: string | null;
  skipped: string | null;
  usage: string | null;
  attempts: number;
  started_at: number | null;
  finished_at: number;
}

/** What a run waits for, or a step that must not repeat, from its call until its row is stored. */
export interface OpeningTable {
  id: Generated<number>;
  run_id: string;
  key: string;
  kind: string;
  name: string;
  hash: string | null;
  input: string | null;
  event: string | null;
  /** The signal that settled it, until its run has seen it. */
  signal_id: number | null;
  opened_at: number;
  due_at: number | null;
  settled_at: number | null;
  status: string | null;
  result: string | null;
  failure: string | null;
}

/** Events that nobody has waited for yet, oldest first. */
export interface SignalTable {
  id: Generated<number>;
  name: string;
  payload: string | null;
  created_at: number;
}

/** Process groups of running shell steps, to be ended before the step runs again. */
export interface ProcessTable {
  run_id: string;
  key: string;
  pid: number;
  started: string;
}

/** Background jobs of all capabilities. */
export interface JobTable {
  name: string;
  due_at: number;
  ran_at: number | null;
  took_ms: number | null;
  failure: string | null;
}

export type RunRow = Selectable<RunTable>;
export type JournalRow = Selectable<JournalTable>;
export type OpeningRow = Selectable<OpeningTable>;

export interface EngineTables {
  runs: RunTable;
  journal: JournalTable;
  openings: OpeningTable;
  signals: SignalTable;
  processes: ProcessTable;
  jobs: JobTable;
  /** Runs that are gone and whose journal is not yet. */
  run_remains: { run_id: string };
}

const runs = (integer: string): string => `create table runs (
  id text primary key, flow text not null, file text, folder text, status text not null, input text, output text, failure text, abandoned text,
  seed ${integer} not null, priority ${integer} not null, created_at ${integer} not null, started_at ${integer},
  finished_at ${integer}, deadline_at ${integer}, due_at ${integer}, owner text, epoch ${integer} not null,
  wake ${integer} not null, seq ${integer} not null, deaths ${integer} not null, died_at ${integer}, cancel_at ${integer},
  cancel_reason text, pause_at ${integer}, parent_run text, parent_key text, forked_from text, usage text)`;

const journal = (integer: string): string => `create table journal (
  run_id text not null, seq ${integer} not null, key text not null, scope text, kind text not null, name text not null,
  status text not null, hash text, input text, result text, failure text, skipped text, usage text,
  attempts ${integer} not null, started_at ${integer}, finished_at ${integer} not null, primary key (run_id, seq))`;

const openings = (id: string, integer: string): string => `create table openings (
  id ${id}, run_id text not null, key text not null, kind text not null, name text not null, hash text, input text,
  event text, signal_id ${integer}, opened_at ${integer} not null, due_at ${integer}, settled_at ${integer}, status text, result text,
  failure text, unique (run_id, key))`;

const signals = (id: string, integer: string): string =>
  `create table signals (id ${id}, name text not null, payload text, created_at ${integer} not null)`;

const processes = (integer: string): string =>
  `create table processes (run_id text not null, key text not null, pid ${integer} not null, started text not null, primary key (run_id, key))`;

const jobs = (integer: string): string =>
  `create table jobs (name text primary key, due_at ${integer} not null, ran_at ${integer}, took_ms ${integer}, failure text)`;

const indexes = [
  "create index runs_open on runs (status, priority desc, created_at) where status in ('queued', 'running', 'waiting')",
  "create index runs_due on runs (due_at) where status = 'waiting'",
  "create index runs_parent on runs (parent_run) where parent_run is not null",
  "create index openings_event on openings (event, id) where event is not null and settled_at is null",
  "create index signals_name on signals (name, id)",
];

const readColumns = (integer: string): string[] =>
  [
    "brief text",
    "models text",
    `input_tokens ${integer}`,
    `output_tokens ${integer}`,
    "error_code text",
    "error_step text",
    "error_text text",
  ].map((column) => `alter table runs add column ${column}`);

const readIndexes = [
  "create index journal_failed on journal (run_id, seq) where failure is not null",
  "create index runs_status on runs (status, id, flow)",
  "create index runs_flow on runs (flow, id)",
  "create index runs_brief on runs (id, flow, brief)",
  "create index runs_trigger on runs (id, trigger) where trigger is not null",
  "create index runs_models on runs (id, flow, models, input_tokens, output_tokens) where models is not null",
  "create index runs_failed on runs (status, id, flow, error_code, error_step, error_text, finished_at) where error_code is not null",
];

/** What older runs would have, had the columns been there; what lies in a blob is left out. */
const readFill = (json: { get(column: string, key: string): string; models: string; isText: string }): string[] => [
  "update runs set trigger = 'run:' || parent_run where trigger is null and parent_run is not null",
  `update runs set models = ${json.models}, input_tokens = ${json.get("usage", "inputTokens")},
    output_tokens = ${json.get("usage", "outputTokens")} where usage is not null`,
  `update runs set error_code = ${json.get("failure", "code")}, error_text = substr(${json.get("failure", "message")}, 1, 500),
    error_step = (select key from journal where run_id = runs.id and journal.failure = runs.failure and kind <> 'attempt' order by seq limit 1)
    where failure is not null and failure not like '@%' and ${json.isText}`,
];

/** Who names a blob is found without reading the two large tables. */
const blobIndex = (table: string, column: string): string =>
  `create index ${table}_${column}_blob on ${table} (${column}) where substr(${column}, 1, 1) = '@'`;

const retention = [
  "create table run_remains (run_id text primary key)",
  "create index runs_forks on runs (status, forked_from) where forked_from is not null",
  ...["input", "output", "failure"].map((column) => blobIndex("runs", column)),
  ...["input", "result", "failure"].map((column) => blobIndex("journal", column)),
];

export const engineMigrations: readonly Migration[] = [
  {
    name: "001-runs",
    sqlite: [
      `${runs("integer")} without rowid`,
      `${journal("integer")} without rowid`,
      openings("integer primary key autoincrement", "integer"),
      signals("integer primary key autoincrement", "integer"),
      `${processes("integer")} without rowid`,
      `${jobs("integer")} without rowid`,
      ...indexes,
    ],
    postgres: [
      runs("bigint"),
      journal("bigint"),
      openings("bigserial primary key", "bigint"),
      signals("bigserial primary key", "bigint"),
      processes("bigint"),
      jobs("bigint"),
      ...indexes,
    ],
  },
  {
    name: "002-trigger",
    sqlite: ["alter table runs add column trigger text"],
    postgres: ["alter table runs add column trigger text"],
  },
  scheduleMigration,
  {
    name: "003-reads",
    sqlite: [
      ...readColumns("integer"),
      ...readIndexes,
      ...readFill({
        get: (column, key) => `json_extract(${column}, '$.${key}')`,
        models: "(select group_concat(value, ',') from json_each(usage, '$.models'))",
        isText: "true",
      }),
    ],
    postgres: [
      ...readColumns("bigint"),
      ...readIndexes,
      ...readFill({
        get: (column, key) => `(${column}::json ->> '${key}')${key.endsWith("Tokens") ? "::bigint" : ""}`,
        models:
          "(select string_agg(value, ',') from json_array_elements_text(usage::json -> 'models') as list (value))",
        // It makes no text of a NUL or of half a surrogate pair, and one such run would keep everybody from the database.
        isText: String.raw`failure !~* '\\u(0000|d[89a-f])'`,
      }),
    ],
  },
  {
    name: "004-trace",
    sqlite: ["alter table runs add column trace text"],
    postgres: ["alter table runs add column trace text"],
  },
  { name: "005-retention", sqlite: retention, postgres: retention },
];
