import type { Migration } from "../../core/capability.ts";

// Every byte of a span's rows is there a million times: docs/observability.md says what that comes to.
const traces = [
  // Numbers grow in the order of the first span's arrival and are never given twice: lists page by them.
  `create table traces (
    id integer primary key autoincrement,
    trace_id blob not null unique,
    base_us integer not null,
    started_us integer not null,
    ended_us integer not null,
    name text not null,
    service text not null,
    has_root integer not null,
    spans integer not null,
    stored integer not null,
    errors integer not null,
    input_tokens integer,
    output_tokens integer,
    models text not null,
    run text,
    parts integer not null,
    sampled integer not null default 0
  )`,
  "create index traces_ended on traces (ended_us)",
  // What thinning has still to look at.
  "create index traces_unsampled on traces (id) where sampled = 0",
  "create table spans (trace integer not null, span blob not null, body blob not null, primary key (trace, span)) without rowid",
  // Which spans came together: what is sent on is read in this order.
  "create table arrivals (seq integer primary key autoincrement, at integer not null, trace integer not null, spans blob not null)",
];

/** Terms hold no space; everything else that is ASCII is part of them, and so is what is not ASCII. */
const tokenizer = "ascii tokenchars ''!#$%&()*+,-./:;<=>?@[]^_`{|}~''";

const words = [
  // One document for each part of a trace: its number is the trace's, times 1,024, plus the part's.
  `create virtual table trace_terms using fts5 (terms, content='', contentless_delete=1, detail=none, tokenize='${tokenizer}')`,
  `create virtual table log_terms using fts5 (terms, content='', contentless_delete=1, detail=full, tokenize='${tokenizer}')`,
];

const texts = [
  "create table texts (id integer primary key, pool integer not null, text text not null, unique (pool, text))",
  "create table large (id integer primary key, hash blob not null unique, bytes blob not null)",
  "create table large_uses (owner integer not null, large integer not null, primary key (owner, large)) without rowid",
  "create index large_uses_large on large_uses (large)",
];

const logs = [
  `create table logs (
    seq integer primary key autoincrement,
    at_us integer not null,
    level integer not null,
    body blob not null
  )`,
  "create index logs_at on logs (at_us)",
];

const figures = [
  `create table series (
    id integer primary key,
    name text not null,
    labels text not null,
    type text not null,
    bounds text not null,
    unique (name, labels, type, bounds)
  )`,
  // The finest come all at once: in the order of time they fill a few pages, by series they would touch one page each.
  `create table points_10s (
    at integer not null, series integer not null,
    value real not null, least real, most real, count integer, counts blob,
    primary key (at, series)
  ) without rowid`,
  ...["1m", "1h", "1d"].map(
    (name) => `create table points_${name} (
    series integer not null, at integer not null,
    value real not null, least real, most real, count integer, counts blob,
    primary key (series, at)
  ) without rowid`,
  ),
  "create table notes (name text primary key, value text not null) without rowid",
];

export const telemetryMigrations: readonly Migration[] = [
  { name: "001-telemetry", sqlite: [...traces, ...words, ...texts, ...logs, ...figures], postgres: [] },
];
