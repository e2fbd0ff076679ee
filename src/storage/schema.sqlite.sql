CREATE TABLE alert_changes (id integer primary key, at integer not null, rule text not null, labels text,
  before text not null, state text not null, value real, note text);

CREATE INDEX alert_changes_rule on alert_changes (rule, at);

CREATE TABLE alert_health (rule text primary key, state text not null, since integer not null, problem text not null);

CREATE TABLE alert_notices (id text primary key, rule text not null, notice text not null, channels text not null,
  created_at integer not null, due_at integer, attempts integer not null, problem text);

CREATE TABLE alert_rules (name text primary key, definition text, is_enabled integer not null, changed_at integer not null);

CREATE TABLE alert_silences (id text primary key, rule text, matchers text not null, until integer not null,
  created_at integer not null, created_by text not null, reason text not null);

CREATE TABLE alert_states (rule text not null, instance text not null, labels text not null, state text not null,
  since integer not null, active_since integer not null, clear_since integer, value real not null,
  told_at integer, acked_at integer, acked_by text, ack_note text, primary key (rule, instance));

CREATE TABLE alert_watch (id integer primary key, generation integer not null, looked_at integer);

CREATE TABLE blobs (hash text primary key, bytes blob not null, stored_at integer not null default 0) without rowid;

CREATE TABLE cost_budgets (
  id text primary key, name text not null unique, source text not null, scope text not null, subject text, period text not null,
  metric text not null, hard integer not null, currency text, soft_percent integer not null, action text not null,
  degrade_to text, raise_by integer not null, created_at integer not null, resume text not null default 'auto');

CREATE TABLE cost_calls (
  id text primary key, holder text not null, state text not null, run text, step text, attempt integer, flow text, agent text,
  model text not null, hour text not null, day text not null, began_at integer not null, ended_at integer,
  bound_input integer not null, bound_tokens integer, bound_ms integer not null, bound_money integer,
  input integer, output integer, cached integer, reasoning integer, queue_ms integer, load_ms integer,
  prompt_ms integer, generate_ms integer, total_ms integer, money integer, currency text, priced_on text,
  is_estimated integer not null, charged_calls integer, charged_tokens integer, charged_ms integer,
  charged_money integer, holds text not null, kind text not null default 'chat');

CREATE INDEX cost_calls_day on cost_calls (day);

CREATE INDEX cost_calls_open on cost_calls (run, step) where state = 'reserved';

CREATE INDEX cost_calls_run on cost_calls (run, began_at);

CREATE TABLE cost_days (
  day text not null, kind text not null, model text not null, agent text not null, flow text not null, currency text not null,
  calls integer not null, estimated integer not null, estimated_tokens integer not null, unknown integer not null,
  unpriced integer not null, input integer, output integer, cached integer, reasoning integer, queue_ms integer, load_ms integer, prompt_ms integer, generate_ms integer, total_ms integer, money integer, charged_tokens integer, charged_ms integer, charged_money integer,
  primary key (day, kind, model, agent, flow, currency));

CREATE TABLE cost_generation (id integer primary key, number integer not null);

CREATE TABLE cost_pauses (run text primary key, id text not null, budget text not null, subject text not null,
  period text not null, model text not null, needed integer, at integer not null);

CREATE TABLE cost_pruned (id integer primary key, day text not null);

CREATE TABLE cost_raises (question text primary key, budget text not null);

CREATE TABLE cost_windows (
  budget text not null, subject text not null, period text not null, used integer not null, reserved integer not null,
  raised integer not null, warned_at integer, reached_at integer, primary key (budget, subject, period));

CREATE TABLE events (seq integer primary key, type text not null, subject text not null, time integer not null, data text);

CREATE TABLE jobs (name text primary key, due_at integer not null, ran_at integer, took_ms integer, failure text) without rowid;

CREATE TABLE journal (
  run_id text not null, seq integer not null, key text not null, scope text, kind text not null, name text not null,
  status text not null, hash text, input text, result text, failure text, skipped text, usage text,
  attempts integer not null, started_at integer, finished_at integer not null, primary key (run_id, seq)) without rowid;

CREATE INDEX journal_failed on journal (run_id, seq) where failure is not null;

CREATE INDEX journal_failure_blob on journal (failure) where substr(failure, 1, 1) = '@';

CREATE INDEX journal_input_blob on journal (input) where substr(input, 1, 1) = '@';

CREATE INDEX journal_result_blob on journal (result) where substr(result, 1, 1) = '@';

CREATE TABLE model_probes (
  server text not null, model text not null, digest text not null, probed_at integer not null, facts text not null,
  primary key (server, model, digest));

CREATE TABLE openings (
  id integer primary key autoincrement, run_id text not null, key text not null, kind text not null, name text not null, hash text, input text,
  event text, signal_id integer, opened_at integer not null, due_at integer, settled_at integer, status text, result text,
  failure text, unique (run_id, key));

CREATE INDEX openings_event on openings (event, id) where event is not null and settled_at is null;

CREATE TABLE processes (run_id text not null, key text not null, pid integer not null, started text not null, primary key (run_id, key)) without rowid;

CREATE TABLE review_waits (run_id text not null, step text not null, review text not null, primary key (run_id, step));

CREATE INDEX review_waits_review on review_waits (review);

CREATE TABLE reviews (
  id text primary key, run_id text not null, step text not null, title text not null, payload text, choices text not null,
  status text not null, created_at integer not null, decision text, shared text);

CREATE INDEX reviews_run on reviews (run_id, step);

CREATE UNIQUE INDEX reviews_shared on reviews (shared) where status = 'open';

CREATE INDEX reviews_status on reviews (status, created_at);

CREATE TABLE run_remains (run_id text primary key);

CREATE TABLE runs (
  id text primary key, flow text not null, file text, folder text, status text not null, input text, output text, failure text, abandoned text,
  seed integer not null, priority integer not null, created_at integer not null, started_at integer,
  finished_at integer, deadline_at integer, due_at integer, owner text, epoch integer not null,
  wake integer not null, seq integer not null, deaths integer not null, died_at integer, cancel_at integer,
  cancel_reason text, pause_at integer, parent_run text, parent_key text, forked_from text, usage text, trigger text, brief text, models text, input_tokens integer, output_tokens integer, error_code text, error_step text, error_text text, trace text) without rowid;

CREATE INDEX runs_brief on runs (id, flow, brief);

CREATE INDEX runs_due on runs (due_at) where status = 'waiting';

CREATE INDEX runs_failed on runs (status, id, flow, error_code, error_step, error_text, finished_at) where error_code is not null;

CREATE INDEX runs_failure_blob on runs (failure) where substr(failure, 1, 1) = '@';

CREATE INDEX runs_flow on runs (flow, id);

CREATE INDEX runs_forks on runs (status, forked_from) where forked_from is not null;

CREATE INDEX runs_input_blob on runs (input) where substr(input, 1, 1) = '@';

CREATE INDEX runs_models on runs (id, flow, models, input_tokens, output_tokens) where models is not null;

CREATE INDEX runs_open on runs (status, priority desc, created_at) where status in ('queued', 'running', 'waiting');

CREATE INDEX runs_output_blob on runs (output) where substr(output, 1, 1) = '@';

CREATE INDEX runs_parent on runs (parent_run) where parent_run is not null;

CREATE INDEX runs_status on runs (status, id, flow);

CREATE INDEX runs_trigger on runs (id, trigger) where trigger is not null;

CREATE TABLE schedule_fires (
  id integer primary key, schedule text not null, first_due_at integer not null, due_at integer not null, due_count integer not null,
  at integer not null, outcome text not null, run_id text, reason text);

CREATE INDEX schedule_fires_schedule on schedule_fires (schedule, id);

CREATE TABLE schedules (
  name text primary key, flow text not null, file text, folder text not null, cron text, every text, time_zone text not null, input text,
  missed text not null, overlap text not null, revision integer not null, anchor_at integer not null, created_at integer not null,
  paused_at integer, next_at integer, reckoned_at integer not null, last_at integer, last_run text) without rowid;

CREATE INDEX schedules_next on schedules (next_at) where next_at is not null;

CREATE TABLE signals (id integer primary key autoincrement, name text not null, payload text, created_at integer not null);

CREATE INDEX signals_name on signals (name, id);

CREATE TABLE tutti_migrations (room text not null, name text not null, applied_at integer not null, primary key (room, name)) without rowid;
