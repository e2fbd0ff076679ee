CREATE TABLE blobs (hash text primary key, bytes blob not null) without rowid;

CREATE TABLE events (seq integer primary key, type text not null, subject text not null, time integer not null, data text);

CREATE TABLE jobs (name text primary key, due_at integer not null, ran_at integer, took_ms integer, failure text) without rowid;

CREATE TABLE journal (
  run_id text not null, seq integer not null, key text not null, scope text, kind text not null, name text not null,
  status text not null, hash text, input text, result text, failure text, skipped text, usage text,
  attempts integer not null, started_at integer, finished_at integer not null, primary key (run_id, seq)) without rowid;

CREATE TABLE model_probes (
  server text not null, model text not null, digest text not null, probed_at integer not null, facts text not null,
  primary key (server, model, digest));

CREATE TABLE openings (
  id integer primary key autoincrement, run_id text not null, key text not null, kind text not null, name text not null, hash text, input text,
  event text, signal_id integer, opened_at integer not null, due_at integer, settled_at integer, status text, result text,
  failure text, unique (run_id, key));

CREATE INDEX openings_event on openings (event, id) where event is not null and settled_at is null;

CREATE TABLE processes (run_id text not null, key text not null, pid integer not null, started text not null, primary key (run_id, key)) without rowid;

CREATE TABLE reviews (
  id text primary key, run_id text not null, step text not null, title text not null, payload text, choices text not null,
  status text not null, created_at integer not null, decision text);

CREATE INDEX reviews_run on reviews (run_id, step);

CREATE INDEX reviews_status on reviews (status, created_at);

CREATE TABLE runs (
  id text primary key, flow text not null, file text, folder text, status text not null, input text, output text, failure text, abandoned text,
  seed integer not null, priority integer not null, created_at integer not null, started_at integer,
  finished_at integer, deadline_at integer, due_at integer, owner text, epoch integer not null,
  wake integer not null, seq integer not null, deaths integer not null, died_at integer, cancel_at integer,
  cancel_reason text, pause_at integer, parent_run text, parent_key text, forked_from text, usage text) without rowid;

CREATE INDEX runs_due on runs (due_at) where status = 'waiting';

CREATE INDEX runs_open on runs (status, priority desc, created_at) where status in ('queued', 'running', 'waiting');

CREATE INDEX runs_parent on runs (parent_run) where parent_run is not null;

CREATE TABLE signals (id integer primary key autoincrement, name text not null, payload text, created_at integer not null);

CREATE INDEX signals_name on signals (name, id);

CREATE TABLE tutti_migrations (room text not null, name text not null, applied_at integer not null, primary key (room, name)) without rowid;
