create table alert_changes (
  id bigint not null,
  at bigint not null,
  rule text not null,
  labels text,
  before text not null,
  state text not null,
  value double precision,
  note text
);

create table alert_health (
  rule text not null,
  state text not null,
  since bigint not null,
  problem text not null
);

create table alert_notices (
  id text not null,
  rule text not null,
  notice text not null,
  channels text not null,
  created_at bigint not null,
  due_at bigint,
  attempts integer not null,
  problem text
);

create table alert_rules (
  name text not null,
  definition text,
  is_enabled integer not null,
  changed_at bigint not null
);

create table alert_silences (
  id text not null,
  rule text,
  matchers text not null,
  until bigint not null,
  created_at bigint not null,
  created_by text not null,
  reason text not null
);

create table alert_states (
  rule text not null,
  instance text not null,
  labels text not null,
  state text not null,
  since bigint not null,
  active_since bigint not null,
  clear_since bigint,
  value double precision not null,
  told_at bigint,
  acked_at bigint,
  acked_by text,
  ack_note text
);

create table alert_watch (
  id integer not null,
  generation bigint not null,
  looked_at bigint
);

create table blobs (
  hash text not null,
  bytes bytea not null,
  stored_at bigint not null
);

create table cost_budgets (
  id text not null,
  name text not null,
  source text not null,
  scope text not null,
  subject text,
  period text not null,
  metric text not null,
  hard bigint not null,
  currency text,
  soft_percent bigint not null,
  action text not null,
  degrade_to text,
  raise_by bigint not null,
  created_at bigint not null,
  resume text not null
);

create table cost_calls (
  id text not null,
  holder text not null,
  state text not null,
  run text,
  step text,
  attempt bigint,
  flow text,
  agent text,
  model text not null,
  hour text not null,
  day text not null,
  began_at bigint not null,
  ended_at bigint,
  bound_input bigint not null,
  bound_tokens bigint,
  bound_ms bigint not null,
  bound_money bigint,
  input bigint,
  output bigint,
  cached bigint,
  reasoning bigint,
  queue_ms bigint,
  load_ms bigint,
  prompt_ms bigint,
  generate_ms bigint,
  total_ms bigint,
  money bigint,
  currency text,
  priced_on text,
  is_estimated bigint not null,
  charged_calls bigint,
  charged_tokens bigint,
  charged_ms bigint,
  charged_money bigint,
  holds text not null,
  kind text not null
);

create table cost_days (
  day text not null,
  kind text not null,
  model text not null,
  agent text not null,
  flow text not null,
  currency text not null,
  calls bigint not null,
  estimated bigint not null,
  estimated_tokens bigint not null,
  unknown bigint not null,
  unpriced bigint not null,
  input bigint,
  output bigint,
  cached bigint,
  reasoning bigint,
  queue_ms bigint,
  load_ms bigint,
  prompt_ms bigint,
  generate_ms bigint,
  total_ms bigint,
  money bigint,
  charged_tokens bigint,
  charged_ms bigint,
  charged_money bigint
);

create table cost_generation (
  id bigint not null,
  number bigint not null
);

create table cost_pauses (
  run text not null,
  id text not null,
  budget text not null,
  subject text not null,
  period text not null,
  model text not null,
  needed bigint,
  at bigint not null
);

create table cost_pruned (
  id bigint not null,
  day text not null
);

create table cost_raises (
  question text not null,
  budget text not null
);

create table cost_windows (
  budget text not null,
  subject text not null,
  period text not null,
  used bigint not null,
  reserved bigint not null,
  raised bigint not null,
  warned_at bigint,
  reached_at bigint
);

create table events (
  seq bigint not null,
  type text not null,
  subject text not null,
  time bigint not null,
  data text
);

create table jobs (
  name text not null,
  due_at bigint not null,
  ran_at bigint,
  took_ms bigint,
  failure text
);

create table journal (
  run_id text not null,
  seq bigint not null,
  key text not null,
  scope text,
  kind text not null,
  name text not null,
  status text not null,
  hash text,
  input text,
  result text,
  failure text,
  skipped text,
  usage text,
  attempts bigint not null,
  started_at bigint,
  finished_at bigint not null
);

create table model_probes (
  server text not null,
  model text not null,
  digest text not null,
  probed_at bigint not null,
  facts text not null
);

create table openings (
  id bigint not null,
  run_id text not null,
  key text not null,
  kind text not null,
  name text not null,
  hash text,
  input text,
  event text,
  signal_id bigint,
  opened_at bigint not null,
  due_at bigint,
  settled_at bigint,
  status text,
  result text,
  failure text
);

create table processes (
  run_id text not null,
  key text not null,
  pid bigint not null,
  started text not null
);

create table review_waits (
  run_id text not null,
  step text not null,
  review text not null
);

create table reviews (
  id text not null,
  run_id text not null,
  step text not null,
  title text not null,
  payload text,
  choices text not null,
  status text not null,
  created_at bigint not null,
  decision text,
  shared text
);

create table run_remains (
  run_id text not null
);

create table runs (
  id text not null,
  flow text not null,
  file text,
  folder text,
  status text not null,
  input text,
  output text,
  failure text,
  abandoned text,
  seed bigint not null,
  priority bigint not null,
  created_at bigint not null,
  started_at bigint,
  finished_at bigint,
  deadline_at bigint,
  due_at bigint,
  owner text,
  epoch bigint not null,
  wake bigint not null,
  seq bigint not null,
  deaths bigint not null,
  died_at bigint,
  cancel_at bigint,
  cancel_reason text,
  pause_at bigint,
  parent_run text,
  parent_key text,
  forked_from text,
  usage text,
  trigger text,
  brief text,
  models text,
  input_tokens bigint,
  output_tokens bigint,
  error_code text,
  error_step text,
  error_text text,
  trace text
);

create table schedule_fires (
  id bigint not null,
  schedule text not null,
  first_due_at bigint not null,
  due_at bigint not null,
  due_count bigint not null,
  at bigint not null,
  outcome text not null,
  run_id text,
  reason text
);

create table schedules (
  name text not null,
  flow text not null,
  file text,
  folder text not null,
  cron text,
  every text,
  time_zone text not null,
  input text,
  missed text not null,
  overlap text not null,
  revision bigint not null,
  anchor_at bigint not null,
  created_at bigint not null,
  paused_at bigint,
  next_at bigint,
  reckoned_at bigint not null,
  last_at bigint,
  last_run text
);

create table signals (
  id bigint not null,
  name text not null,
  payload text,
  created_at bigint not null
);

create table tutti_migrations (
  room text not null,
  name text not null,
  applied_at bigint not null
);

CREATE UNIQUE INDEX alert_changes_pkey ON alert_changes USING btree (id);

CREATE INDEX alert_changes_rule ON alert_changes USING btree (rule, at);

CREATE UNIQUE INDEX alert_health_pkey ON alert_health USING btree (rule);

CREATE UNIQUE INDEX alert_notices_pkey ON alert_notices USING btree (id);

CREATE UNIQUE INDEX alert_rules_pkey ON alert_rules USING btree (name);

CREATE UNIQUE INDEX alert_silences_pkey ON alert_silences USING btree (id);

CREATE UNIQUE INDEX alert_states_pkey ON alert_states USING btree (rule, instance);

CREATE UNIQUE INDEX alert_watch_pkey ON alert_watch USING btree (id);

CREATE UNIQUE INDEX blobs_pkey ON blobs USING btree (hash);

CREATE UNIQUE INDEX cost_budgets_name_key ON cost_budgets USING btree (name);

CREATE UNIQUE INDEX cost_budgets_pkey ON cost_budgets USING btree (id);

CREATE INDEX cost_calls_day ON cost_calls USING btree (day);

CREATE INDEX cost_calls_open ON cost_calls USING btree (run, step) WHERE (state = 'reserved'::text);

CREATE UNIQUE INDEX cost_calls_pkey ON cost_calls USING btree (id);

CREATE INDEX cost_calls_run ON cost_calls USING btree (run, began_at);

CREATE UNIQUE INDEX cost_days_pkey ON cost_days USING btree (day, kind, model, agent, flow, currency);

CREATE UNIQUE INDEX cost_generation_pkey ON cost_generation USING btree (id);

CREATE UNIQUE INDEX cost_pauses_pkey ON cost_pauses USING btree (run);

CREATE UNIQUE INDEX cost_pruned_pkey ON cost_pruned USING btree (id);

CREATE UNIQUE INDEX cost_raises_pkey ON cost_raises USING btree (question);

CREATE UNIQUE INDEX cost_windows_pkey ON cost_windows USING btree (budget, subject, period);

CREATE UNIQUE INDEX events_pkey ON events USING btree (seq);

CREATE UNIQUE INDEX jobs_pkey ON jobs USING btree (name);

CREATE INDEX journal_failed ON journal USING btree (run_id, seq) WHERE (failure IS NOT NULL);

CREATE INDEX journal_failure_blob ON journal USING btree (failure) WHERE (substr(failure, 1, 1) = '@'::text);

CREATE INDEX journal_input_blob ON journal USING btree (input) WHERE (substr(input, 1, 1) = '@'::text);

CREATE UNIQUE INDEX journal_pkey ON journal USING btree (run_id, seq);

CREATE INDEX journal_result_blob ON journal USING btree (result) WHERE (substr(result, 1, 1) = '@'::text);

CREATE UNIQUE INDEX model_probes_pkey ON model_probes USING btree (server, model, digest);

CREATE INDEX openings_event ON openings USING btree (event, id) WHERE ((event IS NOT NULL) AND (settled_at IS NULL));

CREATE UNIQUE INDEX openings_pkey ON openings USING btree (id);

CREATE UNIQUE INDEX openings_run_id_key_key ON openings USING btree (run_id, key);

CREATE UNIQUE INDEX processes_pkey ON processes USING btree (run_id, key);

CREATE UNIQUE INDEX review_waits_pkey ON review_waits USING btree (run_id, step);

CREATE INDEX review_waits_review ON review_waits USING btree (review);

CREATE UNIQUE INDEX reviews_pkey ON reviews USING btree (id);

CREATE INDEX reviews_run ON reviews USING btree (run_id, step);

CREATE UNIQUE INDEX reviews_shared ON reviews USING btree (shared) WHERE (status = 'open'::text);

CREATE INDEX reviews_status ON reviews USING btree (status, created_at);

CREATE UNIQUE INDEX run_remains_pkey ON run_remains USING btree (run_id);

CREATE INDEX runs_brief ON runs USING btree (id, flow, brief);

CREATE INDEX runs_due ON runs USING btree (due_at) WHERE (status = 'waiting'::text);

CREATE INDEX runs_failed ON runs USING btree (status, id, flow, error_code, error_step, error_text, finished_at) WHERE (error_code IS NOT NULL);

CREATE INDEX runs_failure_blob ON runs USING btree (failure) WHERE (substr(failure, 1, 1) = '@'::text);

CREATE INDEX runs_flow ON runs USING btree (flow, id);

CREATE INDEX runs_forks ON runs USING btree (status, forked_from) WHERE (forked_from IS NOT NULL);

CREATE INDEX runs_input_blob ON runs USING btree (input) WHERE (substr(input, 1, 1) = '@'::text);

CREATE INDEX runs_models ON runs USING btree (id, flow, models, input_tokens, output_tokens) WHERE (models IS NOT NULL);

CREATE INDEX runs_open ON runs USING btree (status, priority DESC, created_at) WHERE (status = ANY (ARRAY['queued'::text, 'running'::text, 'waiting'::text]));

CREATE INDEX runs_output_blob ON runs USING btree (output) WHERE (substr(output, 1, 1) = '@'::text);

CREATE INDEX runs_parent ON runs USING btree (parent_run) WHERE (parent_run IS NOT NULL);

CREATE UNIQUE INDEX runs_pkey ON runs USING btree (id);

CREATE INDEX runs_status ON runs USING btree (status, id, flow);

CREATE INDEX runs_trigger ON runs USING btree (id, trigger) WHERE (trigger IS NOT NULL);

CREATE UNIQUE INDEX schedule_fires_pkey ON schedule_fires USING btree (id);

CREATE INDEX schedule_fires_schedule ON schedule_fires USING btree (schedule, id);

CREATE INDEX schedules_next ON schedules USING btree (next_at) WHERE (next_at IS NOT NULL);

CREATE UNIQUE INDEX schedules_pkey ON schedules USING btree (name);

CREATE INDEX signals_name ON signals USING btree (name, id);

CREATE UNIQUE INDEX signals_pkey ON signals USING btree (id);

CREATE UNIQUE INDEX tutti_migrations_pkey ON tutti_migrations USING btree (room, name);
