/* oxlint-disable max-lines -- no one writes this file */
// Made from the operations by test/unit/sdk/api.test.ts: TUTTI_TEST_WRITE=1 npm test -- test/unit/sdk/api.test.ts
import type { CallOptions } from "./client.ts";
import type { Following } from "./following.ts";
import type { Listing } from "./listing.ts";

/** An input without keys. */
export type Nothing = Readonly<Record<string, never>>;

/** The operations of a host: `tutti.run.list(…)` is the operation `run.list`. */
export interface Api {
  readonly alert: {
    /** Says that somebody knows of what fires: no more reminders until it is over. `POST /api/alerts/:name/ack` */
    ack(input: string | AlertAckInput, options?: CallOptions): Promise<AlertAckOutput>;
    /** Adds an alert rule; the same one again changes nothing. `POST /api/alerts` */
    add(input: AlertAddInput, options?: CallOptions): Promise<AlertAddOutput>;
    /** Looks at an alert rule no more, until it is enabled. `POST /api/alerts/:name/disable` */
    disable(input: string | AlertDisableInput, options?: CallOptions): Promise<AlertDisableOutput>;
    /** Looks at an alert rule again. `POST /api/alerts/:name/enable` */
    enable(input: string | AlertEnableInput, options?: CallOptions): Promise<AlertEnableOutput>;
    /** Shows an alert rule: what fires, since when, what was said to it, and its last changes. `GET /api/alerts/:name` */
    get(input: string | AlertGetInput, options?: CallOptions): Promise<AlertGetOutput>;
    /** Lists how alerts went from one state to another, the newest first. `GET /api/alerts/history` */
    history: Listing<[input?: AlertHistoryInput, options?: CallOptions], AlertHistoryEntry>;
    /** Lists the alert rules with what fires, and how each stood in the last 24 hours. `GET /api/alerts` */
    list: Listing<[input?: AlertListInput, options?: CallOptions], AlertListEntry>;
    /** Says when a rule would have fired in the last 24 hours. `GET /api/alerts/preview` */
    preview(input?: AlertPreviewInput, options?: CallOptions): Promise<AlertPreviewOutput>;
    /** Removes an alert rule; one of Tutti's own is again what it was at first. `DELETE /api/alerts/:name` */
    remove(input: string | AlertRemoveInput, options?: CallOptions): Promise<AlertRemoveOutput>;
    /** Tells nobody of an alert until a time; it is shown all the same. `POST /api/alerts/silences` */
    silence(input: AlertSilenceInput, options?: CallOptions): Promise<AlertSilenceOutput>;
    /** Lists the silences that hold now. `GET /api/alerts/silences` */
    silences: Listing<[input?: Nothing, options?: CallOptions], AlertSilencesEntry>;
    /** Sends a test notice by the channels of a rule, and looks at the rule once. `POST /api/alerts/:name/test` */
    test(input: string | AlertTestInput, options?: CallOptions): Promise<AlertTestOutput>;
    /** Ends a silence: what still fires is told of. `DELETE /api/alerts/silences/:id` */
    unsilence(input: string | AlertUnsilenceInput, options?: CallOptions): Promise<AlertUnsilenceOutput>;
  };
  readonly budget: {
    /** Lists the budgets with what they have counted. `GET /api/budgets` */
    list: Listing<[input?: Nothing, options?: CallOptions], Budget>;
    /** Removes a budget; what was used stays in the ledger. `DELETE /api/budgets/:name` */
    remove(input: string | BudgetRemoveInput, options?: CallOptions): Promise<BudgetRemoveOutput>;
    /** Makes a budget or changes it; what was used before counts. `PUT /api/budgets/:name` */
    set(input: string | BudgetSetInput, options?: CallOptions): Promise<BudgetSetOutput>;
    /** Shows a budget and what it has counted, newest first. `GET /api/budgets/:name` */
    show(input: string | BudgetShowInput, options?: CallOptions): Promise<Budget>;
  };
  readonly claude: {
    /** Shows what Claude Code did, as it tells by OpenTelemetry: sessions, tokens, cost, tools, edits. `GET /api/claude` */
    show(input?: ClaudeShowInput, options?: CallOptions): Promise<ClaudeShowOutput>;
  };
  readonly config: {
    /** Shows what flags, environment, file and defaults say about a key, and which one wins. `GET /api/config/:key/explain` */
    explain(input: string | ConfigExplainInput, options?: CallOptions): Promise<ConfigExplainOutput>;
    /** Shows the value of a key. `GET /api/config/:key` */
    get(input: string | ConfigGetInput, options?: CallOptions): Promise<ConfigGetOutput>;
    /** Lists all keys with their values and where those come from. `GET /api/config` */
    list: Listing<[input?: Nothing, options?: CallOptions], Setting>;
    /** Names the tutti.yaml in use. `GET /api/config-path` */
    path(input?: Nothing, options?: CallOptions): Promise<ConfigPathOutput>;
    /** Prints the JSON Schema of tutti.yaml, for editors. `GET /api/config-schema` */
    schema(input?: Nothing, options?: CallOptions): Promise<ConfigSchemaOutput>;
  };
  readonly cost: {
    /** Shows what models have used: calls, tokens, time, and money where there are prices. `GET /api/cost` */
    show(input?: CostShowInput, options?: CallOptions): Promise<CostReport>;
  };
  /** Proves that each part works here. `GET /api/doctor` */
  doctor: Listing<[input?: Nothing, options?: CallOptions], Check>;
  readonly event: {
    /** Emits an event; the run that has waited for it the longest takes it. `POST /api/events` */
    emit(input: EventEmitInput, options?: CallOptions): Promise<EventEmitOutput>;
    /** Lists stored events in the order in which they happened; without --after the newest ones. `GET /api/events` */
    list: Listing<[input?: EventListInput, options?: CallOptions], EventEntry>;
    /** Follows the stored events as they come, until it is ended. `GET /api/events/stream` */
    tail(input?: EventTailInput, options?: CallOptions): Following<EventTailProgress, EventTailOutput>;
  };
  readonly export: {
    /** Makes one HTML file of a run, or of what happened in a time: it opens from disk and needs nothing. `POST /api/export/html` */
    html(input?: ExportHtmlInput, options?: CallOptions): Promise<ExportHtmlOutput>;
  };
  readonly flow: {
    /** Lists what a flow was given lately, each input once. `GET /api/flows/:name/inputs` */
    inputs: Listing<[input: string | FlowInputsInput, options?: CallOptions], FlowInput>;
    /** Lists the flows of this folder. `GET /api/flows` */
    list: Listing<[input?: Nothing, options?: CallOptions], FlowSummary>;
    /** Shows a flow with the JSON Schema of its input. `GET /api/flows/:name` */
    show(input: string | FlowShowInput, options?: CallOptions): Promise<FlowShowOutput>;
    /** Runs a flow, then replays it behind every step and says what differs. `POST /api/flows/verify` */
    verify(input?: FlowVerifyInput, options?: CallOptions): Following<RunEvent, FlowVerifyOutput>;
  };
  readonly host: {
    /** Shows the daemon of this folder: where it listens, since when, and what its data takes. `GET /api/host` */
    show(input?: Nothing, options?: CallOptions): Promise<HostShowOutput>;
  };
  readonly log: {
    /** Lists log lines that were kept, newest first. `GET /api/logs` */
    list: Listing<[input?: LogListInput, options?: CallOptions], LogListEntry>;
    /** Follows the log lines as they are stored, until it is ended. `GET /api/logs/tail` */
    tail(input?: LogTailInput, options?: CallOptions): Following<LogTailProgress, LogTailOutput>;
  };
  readonly metric: {
    /** Lists the figures that there are, with what they mean. `GET /api/metrics` */
    list: Listing<[input?: MetricListInput, options?: CallOptions], MetricListEntry>;
    /** Computes an expression of PromQL over the stored figures: now, or over a time. `GET /api/metrics/query` */
    query(input: MetricQueryInput, options?: CallOptions): Promise<MetricQueryOutput>;
  };
  readonly models: {
    /** Shows which model `auto` would take, best first, and what speaks against the others. `GET /api/models-advice` */
    advise: Listing<[input?: ModelsAdviseInput, options?: CallOptions], ModelsAdviseEntry>;
    /** Lists the models that can be used. `GET /api/models` */
    list: Listing<[input?: Nothing, options?: CallOptions], ModelInfo>;
    /** Measures what a model really does: tools, schemas, thinking, context, speed. `POST /api/models/:model/probe` */
    probe(input: string | ModelsProbeInput, options?: CallOptions): Following<ModelsProbeProgress, ProbeFacts>;
    /** Downloads a model: the model server goes online for it, Tutti does not. `POST /api/models/:model/pull` */
    pull(input: string | ModelsPullInput, options?: CallOptions): Following<ModelsPullProgress, ModelsPullOutput>;
    /** Shows what the model servers have in memory, and the calls that run and wait. `GET /api/models/queue` */
    queue: Listing<[input?: Nothing, options?: CallOptions], ModelQueue>;
    /** Deletes a model's files from the model server. `DELETE /api/models/:model` */
    remove(input: string | ModelsRemoveInput, options?: CallOptions): Promise<ModelsRemoveOutput>;
    /** Lists the model servers, how they are doing, and the line before each. `GET /api/model-servers` */
    servers: Listing<[input?: Nothing, options?: CallOptions], ModelServer>;
    /** Shows what the server and the last probe know of a model. `GET /api/models/:model` */
    show(input: string | ModelsShowInput, options?: CallOptions): Promise<ModelsShowOutput>;
  };
  readonly notify: {
    /** Lists the channels that people can be told by. `GET /api/notify/channels` */
    list: Listing<[input?: Nothing, options?: CallOptions], NotifyListEntry>;
    /** Sends a test notice by a channel and says what became of it. `POST /api/notify/channels/:name/test` */
    test(input: string | NotifyTestInput, options?: CallOptions): Promise<NotifyTestOutput>;
  };
  readonly review: {
    /** Answers the question of a review; the run goes on at once. `POST /api/reviews/:id/answer` */
    answer(input: ReviewAnswerInput, options?: CallOptions): Promise<ReviewAnswerOutput>;
    /** Approves a review; the run goes on at once. `POST /api/reviews/:id/approve` */
    approve(input: string | ReviewApproveInput, options?: CallOptions): Promise<ReviewApproveOutput>;
    /** Lists the questions that wait for a human, oldest first. `GET /api/reviews` */
    list: Listing<[input?: ReviewListInput, options?: CallOptions], ReviewSummary>;
    /** Rejects a review; the step fails with review.rejected. `POST /api/reviews/:id/reject` */
    reject(input: ReviewRejectInput, options?: CallOptions): Promise<ReviewRejectOutput>;
    /** Shows one review with its whole payload. `GET /api/reviews/:id` */
    show(input: string | ReviewShowInput, options?: CallOptions): Promise<Review>;
  };
  readonly run: {
    /** Cancels a run: open waits and running steps end, cleanups run. `POST /api/runs/:id/cancel` */
    cancel(input: string | RunCancelInput, options?: CallOptions): Promise<Run>;
    /** Compares two runs step by step. `GET /api/runs/compare` */
    compare(input: RunCompareInput, options?: CallOptions): Promise<RunComparison>;
    /** Groups failed runs by what went wrong, the most frequent first. `GET /api/runs/errors` */
    errors: Listing<[input?: RunErrorsInput, options?: CallOptions], RunErrorGroup>;
    /** Starts a new run that keeps the results before a step and does the rest again. `POST /api/runs/:id/fork` */
    fork(input: RunForkInput, options?: CallOptions): Promise<Run>;
    /** Shows one run with its input, output and steps. `GET /api/runs/:id` */
    get(input: string | RunGetInput, options?: CallOptions): Promise<RunGetOutput>;
    /** Lists runs, newest first, without their payloads. `GET /api/runs` */
    list: Listing<[input?: RunListInput, options?: CallOptions], RunSummary>;
    /** Pauses a run: what is running finishes, nothing new starts. `POST /api/runs/:id/pause` */
    pause(input: string | RunPauseInput, options?: CallOptions): Promise<Run>;
    /** Lets a paused run go on. `POST /api/runs/:id/resume` */
    resume(input: string | RunResumeInput, options?: CallOptions): Promise<Run>;
    /** Starts a failed or cancelled run again as a new run that keeps what had succeeded. `POST /api/runs/:id/retry` */
    retry(input: string | RunRetryInput, options?: CallOptions): Promise<Run>;
    /** Starts a run of a flow. `POST /api/runs` */
    start(input: RunStartInput, options?: CallOptions): Promise<Run>;
    /** Counts runs by state and by when they were made. `GET /api/runs/stats` */
    stats(input?: RunStatsInput, options?: CallOptions): Promise<RunStats>;
    /** Shows one step of a run: what it was given, what it gave, and what its model read. `GET /api/runs/:id/step` */
    step(input: RunStepInput, options?: CallOptions): Promise<StepDetail>;
    /** Shows where the time of a run went: its steps, attempts, waits and scopes in their order. `GET /api/runs/:id/timeline` */
    timeline(input: string | RunTimelineInput, options?: CallOptions): Promise<Timeline>;
    /** Follows a run until it has ended or is paused. `GET /api/runs/:id/watch` */
    watch(input: string | RunWatchInput, options?: CallOptions): Following<RunEvent, Run>;
  };
  readonly schedule: {
    /** Adds a schedule that starts runs of a flow; the same one again changes nothing. `POST /api/schedules` */
    add(input: ScheduleAddInput, options?: CallOptions): Promise<ScheduleAddOutput>;
    /** Lists the schedules and when each is due next. `GET /api/schedules` */
    list: Listing<[input?: Nothing, options?: CallOptions], ScheduleListEntry>;
    /** Pauses a schedule: what would be due meanwhile is not missed, it is left out. `POST /api/schedules/:name/pause` */
    pause(input: string | SchedulePauseInput, options?: CallOptions): Promise<SchedulePauseOutput>;
    /** Removes a schedule; runs that it has started go on. `DELETE /api/schedules/:name` */
    remove(input: string | ScheduleRemoveInput, options?: CallOptions): Promise<ScheduleRemoveOutput>;
    /** Lets a paused schedule go on with its next due time. `POST /api/schedules/:name/resume` */
    resume(input: string | ScheduleResumeInput, options?: CallOptions): Promise<ScheduleResumeOutput>;
    /** Shows a schedule, its next due times and what became of the last ones. `GET /api/schedules/:name` */
    show(input: string | ScheduleShowInput, options?: CallOptions): Promise<ScheduleShowOutput>;
  };
  readonly storage: {
    /** Removes what is old: runs that have ended, events, spans, log records. Nothing that is still at work. `POST /api/storage/prune` */
    prune(input?: StoragePruneInput, options?: CallOptions): Following<StoragePruneProgress, StoragePruneOutput>;
    /** Shows what the data takes, what it may take, and how long what is kept. `GET /api/storage` */
    show(input?: Nothing, options?: CallOptions): Promise<StorageShowOutput>;
    /** Writes the database file anew without what is free in it; everything else waits meanwhile. `POST /api/storage/vacuum` */
    vacuum(input?: Nothing, options?: CallOptions): Following<StorageVacuumProgress, StorageVacuumOutput>;
  };
  readonly tool: {
    /** Lists the built-in tools that agents may call, with the JSON Schema of their arguments. `GET /api/tools` */
    list: Listing<[input?: Nothing, options?: CallOptions], Tool>;
  };
  readonly trace: {
    /** Shows where the time of a trace went: its spans in their order. `GET /api/traces/:id` */
    get(input: string | TraceGetInput, options?: CallOptions): Promise<TraceGetOutput>;
    /** Lists traces, newest first, without their spans. `GET /api/traces` */
    list: Listing<[input?: TraceListInput, options?: CallOptions], TraceListEntry>;
    /** Finds traces by words and attributes of their spans, newest first. `GET /api/traces/search` */
    search: Listing<[input: TraceSearchInput, options?: CallOptions], TraceSearchEntry>;
    /** Shows one span of a trace with its attributes, events and links. `GET /api/traces/:id/spans/:span` */
    span(input: TraceSpanInput, options?: CallOptions): Promise<TraceSpanOutput>;
  };
}

export type EventTailProgress =
  | EventEntry
  | {
      live: {
        /** The step that tells it. */
        key: string | null;
        /** `live`, `started`, `run` …; `dropped` where the follower was too slow for what came. */
        type: string;
        data: unknown;
      };
    };

export type RunStatus = "queued" | "running" | "waiting" | "paused" | "succeeded" | "failed" | "cancelled";

export type RunEvent =
  | {
      type: "run";
      run: {
        id: string;
        flow: string;
        status: RunStatus;
      };
    }
  | {
      type: "step";
      step: Step;
    }
  | {
      type: "live";
      key: string;
      data: unknown;
    }
  | {
      type: "waiting";
      waits: {
        key: string;
        kind: string;
        name: string;
        dueAt: number | null;
        event: string | null;
      }[];
    };

export type StepStatus = "pending" | "running" | "waiting" | "succeeded" | "failed" | "skipped" | "cancelled";

export type ModelsPullProgress =
  | {
      type: "stage";
      /** A part of the work that begins. */
      text: string;
    }
  | {
      type: "transfer";
      /** What is transferred, as short as it can be told. */
      text: string;
      doneBytes: number;
      totalBytes: number;
      /** Of the last seconds; null until there is something to measure. */
      bytesPerSecond: number | null;
      etaMs: number | null;
    };

export interface AlertAckInput {
  /** The rule's name */
  name: string;
  /** What is being done about it. Default: "" */
  note?: string;
  /** Only where a label is so: "flow=triage", "model!=ollama/*"; may be given more than once. Default: [] */
  where?: string[];
}

export interface AlertAckOutput {
  name: string;
  summary: string;
  advice: string;
  severity: "info" | "warning" | "critical";
  query:
    | {
        kind: "metrics";
        expression: string;
      }
    | {
        kind: "traces" | "logs";
        query: string;
        windowMs: number;
        above: number;
      };
  forMs: number;
  labels: {
    [k: string]: string;
  };
  /** Null: those of section alerts */
  channels: string[] | null;
  isEnabled: boolean;
  /** One of Tutti's own */
  isDefault: boolean;
  /** One of Tutti's own that somebody has changed */
  isChanged: boolean;
  /** The weightiest of its sets of labels */
  state: "firing" | "pending" | "error" | "normal" | "no_data" | "disabled";
  /** Since when it is in this state; null where it is normal */
  since: number | null;
  /** Why it gives no answer */
  problem: string | null;
  /** What is pending or firing, for each set of labels */
  instances: {
    labels: {
      [k: string]: string;
    };
    state: "pending" | "firing";
    /** Epoch milliseconds */
    since: number;
    value: number;
    ack: {
      /** Epoch milliseconds */
      at: number;
      by: string;
      note: string;
    } | null;
    silencedUntil: number | null;
  }[];
  timeline: {
    /** Epoch milliseconds */
    from: number;
    /** Epoch milliseconds */
    to: number;
    state: "pending" | "firing" | "no_data" | "error";
  }[];
}

export interface AlertAddInput {
  /** The rule's name, in CamelCase */
  name: string;
  /** PromQL that gives something while there is something to tell, such as 'tutti_reviews_open > 5' */
  when?: string;
  /** In place of PromQL: count log records that match, such as 'level:error event:model.*' */
  logs?: string;
  /** In place of PromQL: count traces that match, such as 'status:error name:chat' */
  traces?: string;
  /** With logs or traces: fire where there are more; 0 unless given */
  above?: number;
  /** With logs or traces: of the last "10m"; that unless given */
  within?: string | number;
  /** How long it must be so before it fires, such as "5m"; at once unless given. Default: 0 */
  for?: string | number;
  /** How much it matters. Default: "warning" */
  severity?: "info" | "warning" | "critical";
  /** What it tells, as a sentence; made from the query unless given */
  summary?: string;
  /** What to do when it fires. Default: "" */
  advice?: string;
  /** Where it is told, instead of alerts.channels; may be given more than once */
  channels?: string[];
  /** A label of its own, such as "team=ops"; may be given more than once. Default: [] */
  labels?: string[];
  /** Take the place of another rule of this name */
  replace?: boolean;
}

export interface AlertAddOutput {
  name: string;
  summary: string;
  advice: string;
  severity: "info" | "warning" | "critical";
  query:
    | {
        kind: "metrics";
        expression: string;
      }
    | {
        kind: "traces" | "logs";
        query: string;
        windowMs: number;
        above: number;
      };
  forMs: number;
  labels: {
    [k: string]: string;
  };
  /** Null: those of section alerts */
  channels: string[] | null;
  isEnabled: boolean;
  /** One of Tutti's own */
  isDefault: boolean;
  /** One of Tutti's own that somebody has changed */
  isChanged: boolean;
  /** The weightiest of its sets of labels */
  state: "firing" | "pending" | "error" | "normal" | "no_data" | "disabled";
  /** Since when it is in this state; null where it is normal */
  since: number | null;
  /** Why it gives no answer */
  problem: string | null;
  /** What is pending or firing, for each set of labels */
  instances: {
    labels: {
      [k: string]: string;
    };
    state: "pending" | "firing";
    /** Epoch milliseconds */
    since: number;
    value: number;
    ack: {
      /** Epoch milliseconds */
      at: number;
      by: string;
      note: string;
    } | null;
    silencedUntil: number | null;
  }[];
  timeline: {
    /** Epoch milliseconds */
    from: number;
    /** Epoch milliseconds */
    to: number;
    state: "pending" | "firing" | "no_data" | "error";
  }[];
  change: "created" | "replaced" | "unchanged";
}

export interface AlertDisableInput {
  /** The rule's name */
  name: string;
}

export interface AlertDisableOutput {
  name: string;
  summary: string;
  advice: string;
  severity: "info" | "warning" | "critical";
  query:
    | {
        kind: "metrics";
        expression: string;
      }
    | {
        kind: "traces" | "logs";
        query: string;
        windowMs: number;
        above: number;
      };
  forMs: number;
  labels: {
    [k: string]: string;
  };
  /** Null: those of section alerts */
  channels: string[] | null;
  isEnabled: boolean;
  /** One of Tutti's own */
  isDefault: boolean;
  /** One of Tutti's own that somebody has changed */
  isChanged: boolean;
  /** The weightiest of its sets of labels */
  state: "firing" | "pending" | "error" | "normal" | "no_data" | "disabled";
  /** Since when it is in this state; null where it is normal */
  since: number | null;
  /** Why it gives no answer */
  problem: string | null;
  /** What is pending or firing, for each set of labels */
  instances: {
    labels: {
      [k: string]: string;
    };
    state: "pending" | "firing";
    /** Epoch milliseconds */
    since: number;
    value: number;
    ack: {
      /** Epoch milliseconds */
      at: number;
      by: string;
      note: string;
    } | null;
    silencedUntil: number | null;
  }[];
  timeline: {
    /** Epoch milliseconds */
    from: number;
    /** Epoch milliseconds */
    to: number;
    state: "pending" | "firing" | "no_data" | "error";
  }[];
}

export interface AlertEnableInput {
  /** The rule's name */
  name: string;
}

export interface AlertEnableOutput {
  name: string;
  summary: string;
  advice: string;
  severity: "info" | "warning" | "critical";
  query:
    | {
        kind: "metrics";
        expression: string;
      }
    | {
        kind: "traces" | "logs";
        query: string;
        windowMs: number;
        above: number;
      };
  forMs: number;
  labels: {
    [k: string]: string;
  };
  /** Null: those of section alerts */
  channels: string[] | null;
  isEnabled: boolean;
  /** One of Tutti's own */
  isDefault: boolean;
  /** One of Tutti's own that somebody has changed */
  isChanged: boolean;
  /** The weightiest of its sets of labels */
  state: "firing" | "pending" | "error" | "normal" | "no_data" | "disabled";
  /** Since when it is in this state; null where it is normal */
  since: number | null;
  /** Why it gives no answer */
  problem: string | null;
  /** What is pending or firing, for each set of labels */
  instances: {
    labels: {
      [k: string]: string;
    };
    state: "pending" | "firing";
    /** Epoch milliseconds */
    since: number;
    value: number;
    ack: {
      /** Epoch milliseconds */
      at: number;
      by: string;
      note: string;
    } | null;
    silencedUntil: number | null;
  }[];
  timeline: {
    /** Epoch milliseconds */
    from: number;
    /** Epoch milliseconds */
    to: number;
    state: "pending" | "firing" | "no_data" | "error";
  }[];
}

export interface AlertGetInput {
  /** The rule's name */
  name: string;
}

export interface AlertGetOutput {
  name: string;
  summary: string;
  advice: string;
  severity: "info" | "warning" | "critical";
  query:
    | {
        kind: "metrics";
        expression: string;
      }
    | {
        kind: "traces" | "logs";
        query: string;
        windowMs: number;
        above: number;
      };
  forMs: number;
  labels: {
    [k: string]: string;
  };
  /** Null: those of section alerts */
  channels: string[] | null;
  isEnabled: boolean;
  /** One of Tutti's own */
  isDefault: boolean;
  /** One of Tutti's own that somebody has changed */
  isChanged: boolean;
  /** The weightiest of its sets of labels */
  state: "firing" | "pending" | "error" | "normal" | "no_data" | "disabled";
  /** Since when it is in this state; null where it is normal */
  since: number | null;
  /** Why it gives no answer */
  problem: string | null;
  /** What is pending or firing, for each set of labels */
  instances: {
    labels: {
      [k: string]: string;
    };
    state: "pending" | "firing";
    /** Epoch milliseconds */
    since: number;
    value: number;
    ack: {
      /** Epoch milliseconds */
      at: number;
      by: string;
      note: string;
    } | null;
    silencedUntil: number | null;
  }[];
  timeline: {
    /** Epoch milliseconds */
    from: number;
    /** Epoch milliseconds */
    to: number;
    state: "pending" | "firing" | "no_data" | "error";
  }[];
  history: {
    id: number;
    /** Epoch milliseconds */
    at: number;
    rule: string;
    /** Null: of the rule as a whole */
    labels: {
      [k: string]: string;
    } | null;
    before: "normal" | "pending" | "firing" | "no_data" | "error";
    state: "normal" | "pending" | "firing" | "no_data" | "error";
    value: number | null;
    note: string | null;
  }[];
  silences: {
    id: string;
    /** Null: of every rule */
    rule: string | null;
    where: string[];
    /** Epoch milliseconds */
    until: number;
    /** Epoch milliseconds */
    createdAt: number;
    createdBy: string;
    reason: string;
  }[];
}

export interface AlertHistoryInput {
  /** Only of this rule */
  name?: string;
  /** Only what was stored before the change of this id */
  before?: number;
  /** How many at the most. Default: 50 */
  limit?: number;
}

export interface AlertHistoryEntry {
  id: number;
  /** Epoch milliseconds */
  at: number;
  rule: string;
  /** Null: of the rule as a whole */
  labels: {
    [k: string]: string;
  } | null;
  before: "normal" | "pending" | "firing" | "no_data" | "error";
  state: "normal" | "pending" | "firing" | "no_data" | "error";
  value: number | null;
  note: string | null;
}

export interface AlertListInput {
  /** Only rules that are in this state */
  state?: "firing" | "pending" | "error" | "normal" | "no_data" | "disabled";
}

export interface AlertListEntry {
  name: string;
  summary: string;
  advice: string;
  severity: "info" | "warning" | "critical";
  query:
    | {
        kind: "metrics";
        expression: string;
      }
    | {
        kind: "traces" | "logs";
        query: string;
        windowMs: number;
        above: number;
      };
  forMs: number;
  labels: {
    [k: string]: string;
  };
  /** Null: those of section alerts */
  channels: string[] | null;
  isEnabled: boolean;
  /** One of Tutti's own */
  isDefault: boolean;
  /** One of Tutti's own that somebody has changed */
  isChanged: boolean;
  /** The weightiest of its sets of labels */
  state: "firing" | "pending" | "error" | "normal" | "no_data" | "disabled";
  /** Since when it is in this state; null where it is normal */
  since: number | null;
  /** Why it gives no answer */
  problem: string | null;
  /** What is pending or firing, for each set of labels */
  instances: {
    labels: {
      [k: string]: string;
    };
    state: "pending" | "firing";
    /** Epoch milliseconds */
    since: number;
    value: number;
    ack: {
      /** Epoch milliseconds */
      at: number;
      by: string;
      note: string;
    } | null;
    silencedUntil: number | null;
  }[];
  timeline: {
    /** Epoch milliseconds */
    from: number;
    /** Epoch milliseconds */
    to: number;
    state: "pending" | "firing" | "no_data" | "error";
  }[];
}

export interface AlertPreviewInput {
  /** A rule that is there, instead of a query */
  name?: string;
  /** PromQL that gives something while there is something to tell, such as 'tutti_reviews_open > 5' */
  when?: string;
  /** In place of PromQL: count log records that match, such as 'level:error event:model.*' */
  logs?: string;
  /** In place of PromQL: count traces that match, such as 'status:error name:chat' */
  traces?: string;
  /** With logs or traces: fire where there are more; 0 unless given */
  above?: number;
  /** With logs or traces: of the last "10m"; that unless given */
  within?: string | number;
  /** How long it must be so before it fires, such as "5m"; at once unless given. Default: 0 */
  for?: string | number;
  /** How far back it is looked, 7 days at the most. Default: "24h" */
  since?: string | number;
}

export interface AlertPreviewOutput {
  from: number;
  to: number;
  stepMs: number;
  /** How often it would have begun to fire */
  fired: number;
  /** How long it would have fired */
  firingMs: number;
  intervals: {
    from: number;
    to: number;
    labels: {
      [k: string]: string;
    };
    isOpen: boolean;
  }[];
  series: {
    labels: {
      [k: string]: string;
    };
    points: {
      at: number;
      value: number | null;
    }[];
  }[];
  threshold: number | null;
  /** There was more than can be looked through; the oldest is left out */
  isCut: boolean;
}

export interface AlertRemoveInput {
  /** The rule's name */
  name: string;
}

export interface AlertRemoveOutput {
  name: string;
  isDefault: boolean;
}

export interface AlertSilenceInput {
  /** The rule's name; every rule unless given */
  name?: string;
  /** For how long, such as "2h" */
  for: string | number;
  /** Why, for the others. Default: "" */
  reason?: string;
  /** Only where a label is so: "flow=triage", "model!=ollama/*"; may be given more than once. Default: [] */
  where?: string[];
}

export interface AlertSilenceOutput {
  id: string;
  /** Null: of every rule */
  rule: string | null;
  where: string[];
  /** Epoch milliseconds */
  until: number;
  /** Epoch milliseconds */
  createdAt: number;
  createdBy: string;
  reason: string;
}

export interface AlertSilencesEntry {
  id: string;
  /** Null: of every rule */
  rule: string | null;
  where: string[];
  /** Epoch milliseconds */
  until: number;
  /** Epoch milliseconds */
  createdAt: number;
  createdBy: string;
  reason: string;
}

export interface AlertTestInput {
  /** The rule's name */
  name: string;
}

export interface AlertTestOutput {
  name: string;
  deliveries: {
    channel: string;
    error: string | null;
  }[];
  /** What its query gives now, without `for` */
  outcome: "fires" | "normal" | "no_data" | "error";
  problem: string | null;
  instances: {
    labels: {
      [k: string]: string;
    };
    value: number;
  }[];
}

export interface AlertUnsilenceInput {
  /** The silence's id */
  id: string;
}

export interface AlertUnsilenceOutput {
  id: string;
}

export interface Budget {
  name: string;
  source: "command" | "config";
  scope: string;
  of: string | null;
  window: "run" | "hour" | "day" | "month" | "total";
  metric: "tokens" | "calls" | "seconds" | "money";
  limit: number;
  currency: string | null;
  warnAt: number;
  onLimit: string;
  degradeTo: string | null;
  raiseBy: number | null;
  resume: "auto" | "manual";
  timeZone: string;
  resetsAt: number | null;
  windows: {
    subject: string;
    period: string;
    used: number;
    /** By calls that have not ended */
    reserved: number;
    /** With what people have added */
    limit: number;
    isCurrent: boolean;
    warnedAt: number | null;
    reachedAt: number | null;
  }[];
}

export interface BudgetRemoveInput {
  /** The budget's name */
  name: string;
}

export interface BudgetRemoveOutput {
  name: string;
  /** Paused runs that go on because of it */
  resumed: string[];
}

export interface BudgetSetInput {
  /** The budget's name */
  name: string;
  /** What is counted together; tenant is everything. Default: "tenant" */
  scope?: "run" | "flow" | "agent" | "model" | "tenant";
  /** Only this flow, agent or model; with the scope run, only runs of this flow */
  of?: string;
  /** When counting begins anew. Default: "day" */
  window?: "run" | "hour" | "day" | "month" | "total";
  /** Limit in tokens, prompt and answer together */
  tokens?: number;
  /** Limit in calls */
  calls?: number;
  /** Limit in seconds that models work */
  seconds?: number;
  /** Limit in the currency of cost.prices */
  money?: number;
  /** Percent of the limit at which a warning is given. Default: 80 */
  warnAt?: number;
  /** Pause the run, ask a human, or go on with another model. Default: "stop" */
  onLimit?: "stop" | "ask" | "degrade";
  /** The model to go on with */
  degradeTo?: string;
  /** What an approval adds; default: the limit once more */
  raiseBy?: number;
  /** Whether paused runs go on by themselves once there is room, or when somebody resumes them. Default: "auto" */
  resume?: "auto" | "manual";
}

export interface BudgetSetOutput {
  name: string;
  source: "command" | "config";
  scope: string;
  of: string | null;
  window: "run" | "hour" | "day" | "month" | "total";
  metric: "tokens" | "calls" | "seconds" | "money";
  limit: number;
  currency: string | null;
  warnAt: number;
  onLimit: string;
  degradeTo: string | null;
  raiseBy: number | null;
  resume: "auto" | "manual";
  timeZone: string;
  resetsAt: number | null;
  windows: {
    subject: string;
    period: string;
    used: number;
    /** By calls that have not ended */
    reserved: number;
    /** With what people have added */
    limit: number;
    isCurrent: boolean;
    warnedAt: number | null;
    reachedAt: number | null;
  }[];
  /** Paused runs that go on because of it */
  resumed: string[];
}

export interface BudgetShowInput {
  /** The budget's name */
  name: string;
}

export interface ClaudeShowInput {
  /** How far back. Default: "7d" */
  since?: string;
}

export interface ClaudeShowOutput {
  /** Milliseconds since 1970 */
  since: number;
  /** Milliseconds since 1970 */
  until: number;
  /** False where there are more events than are read for one answer: the oldest are not in it */
  isWhole: boolean;
  totals: {
    sessions: number;
    prompts: number;
    toolCalls: number;
    toolFailures: number;
    errors: number;
    /** Calls of models */
    calls: number;
    /** At list prices, as Claude Code reckons; no bill */
    costUsd: number;
    tokens: {
      input: number;
      output: number;
      cacheRead: number;
      cacheCreation: number;
    };
    linesAdded: number;
    linesRemoved: number;
    editsAccepted: number;
    editsRejected: number;
    commits: number;
    pullRequests: number;
    activeSeconds: number;
  };
  /** The last ones first */
  sessions: {
    id: string;
    /** Milliseconds since 1970 */
    firstAt: number;
    /** Milliseconds since 1970 */
    lastAt: number;
    prompts: number;
    toolCalls: number;
    errors: number;
    /** Calls of models */
    calls: number;
    /** At list prices, as Claude Code reckons; no bill */
    costUsd: number;
    tokens: {
      input: number;
      output: number;
      cacheRead: number;
      cacheCreation: number;
    };
    models: string[];
    /** A trace of it, where traces are sent */
    traceId: string | null;
  }[];
  /** The most used first */
  tools: {
    name: string;
    calls: number;
    failures: number;
    accepted: number;
    rejected: number;
    medianMs: number | null;
    p95Ms: number | null;
  }[];
  /** The dearest first */
  models: {
    name: string;
    /** Calls of models */
    calls: number;
    /** At list prices, as Claude Code reckons; no bill */
    costUsd: number;
    tokens: {
      input: number;
      output: number;
      cacheRead: number;
      cacheCreation: number;
    };
    medianMs: number | null;
  }[];
  /** The last ones first */
  errors: {
    /** Milliseconds since 1970 */
    at: number;
    event: string;
    session: string | null;
    message: string;
  }[];
}

export interface ConfigExplainInput {
  /** The key with its section, such as tools.maxReadBytes */
  key: string;
}

export interface ConfigExplainOutput {
  key: string;
  description: string;
  type: string;
  environment: string;
  value: unknown;
  source: string;
  layers: {
    layer: string;
    value: unknown;
    source: string;
    wins: boolean;
  }[];
}

export interface ConfigGetInput {
  /** The key with its section, such as tools.maxReadBytes */
  key: string;
}

export interface ConfigGetOutput {
  key: string;
  value: unknown;
}

export interface Setting {
  key: string;
  value: unknown;
  source: string;
  environment: string;
  description: string;
}

export interface ConfigPathOutput {
  path: string | null;
}

export interface ConfigSchemaOutput {
  [k: string]: unknown;
}

export interface CostShowInput {
  /** What the calls are added up by. Default: "model" */
  by?: "model" | "agent" | "flow" | "kind" | "day" | "tenant" | "run" | "step";
  /** A day such as "2026-11-01", or how long ago, such as "7d". Default: "30d" */
  since?: string;
  /** Only calls of this run, whatever their day */
  run?: string;
}

export interface CostReport {
  by: "model" | "agent" | "flow" | "kind" | "day" | "tenant" | "run" | "step";
  since: string | null;
  timeZone: string;
  prices: {
    date: string;
    currency: string;
  } | null;
  /** The day after the last one of which only sums are kept */
  keptSince: string | null;
  /** Calls that have not ended, and are in no row yet */
  inFlight: number;
  rows: {
    /** What the calls have in common; null for those without */
    key: string | null;
    calls: number;
    /** Calls that were cut off, and count with what they might have taken */
    estimated: number;
    /** What those may have taken at the most; in no other column */
    estimatedTokens: number;
    /** Calls of which not even that is known */
    unknown: number;
    /** Calls of models without a price: their money is unknown */
    unpriced: number;
    inputTokens: number | null;
    cachedTokens: number | null;
    outputTokens: number | null;
    reasoningTokens: number | null;
    queueMs: number | null;
    loadMs: number | null;
    promptMs: number | null;
    generateMs: number | null;
    totalMs: number | null;
    money: number | null;
    currency: string | null;
  }[];
}

export interface Check {
  group: string;
  name: string;
  status: "ok" | "warn" | "fail" | "off";
  message: string;
  fix: string | null;
}

export interface EventEmitInput {
  /** The event's name */
  name: string;
  /** The event's payload, JSON */
  payload?: unknown;
}

export interface EventEmitOutput {
  name: string;
  /** The run that has taken it */
  run: string | null;
}

export interface EventListInput {
  /** Only events behind this number, oldest first: the sequence of the last one that is known */
  after?: number;
  /** Only what is about this: a run's id, a budget's name … */
  subject?: string;
  /** Only events of these types, with commas; "tutti.run.*" means all that begin so */
  type?: string;
  /** How many at the most. Default: 50 */
  limit?: number;
}

export interface EventEntry {
  specversion: "1.0";
  id: string;
  source: string;
  type: string;
  /** What it is about: a run's id, a budget's name … */
  subject: string;
  time: string;
  /** Grows in the order of storing; the `after` of who goes on from here. */
  sequence: number;
  data: unknown;
}

export interface EventTailInput {
  /** Begin behind this number; default: with what comes from now on */
  after?: number;
  /** Only what is about this: a run's id, a budget's name … */
  subject?: string;
  /** Only events of these types, with commas; "tutti.run.*" means all that begin so */
  types?: string;
  /** Also what this run tells and does not store: tokens, lines of output */
  run?: string;
}

export interface EventTailOutput {
  /** The number of the last event that was told or passed over */
  latest: number;
}

export interface ExportHtmlInput {
  /** The run that it is of */
  run?: string;
  /** How far back, such as "24h" or "7d", for a report of all that happened; 24h unless given */
  since?: string;
}

export interface ExportHtmlOutput {
  /** What the file may be called */
  name: string;
  html: string;
  /** What there was no room for, in words */
  left: string[];
}

export interface FlowInputsInput {
  /** The flow's name */
  name: string;
}

export interface FlowInput {
  input: unknown;
  /** It is too large for a list: the run has it. */
  isCut: boolean;
  brief: string | null;
  run: string;
  createdAt: number;
}

export interface FlowSummary {
  name: string;
  file: string;
  isBuiltIn: boolean;
  description: string | null;
  problem: string | null;
  /** Runs that were made in the last 24 hours. */
  runs24h: number;
  failed24h: number;
  lastRun: {
    id: string;
    status: RunStatus;
    createdAt: number;
  } | null;
  /** Of its last hundred runs that succeeded. */
  medianMs: number | null;
}

export interface FlowShowInput {
  /** The flow's name, or the path of its file */
  name: string;
}

export interface FlowShowOutput {
  name: string;
  description: string | null;
  version: string | null;
  concurrency: number | null;
  inputSchema: unknown;
}

export interface FlowVerifyInput {
  /** The flow's name, or the path of its file */
  name?: string;
  /** The flow's input, JSON */
  input?: unknown;
  /** Replay this run with the code as it is now; nothing new is run */
  run?: string;
}

export interface FlowVerifyOutput {
  run: string;
  flow: string;
  status: RunStatus;
  isComplete: boolean;
  storedSteps: number;
  replays: number;
  differences: {
    after: string | null;
    message: string;
    stored: unknown;
    code: unknown;
  }[];
}

export interface Step {
  key: string;
  name: string;
  kind: string;
  status: StepStatus;
  attempts: number;
  startedAt: number | null;
  finishedAt: number | null;
  output: unknown;
  error: Failure | null;
  skipped: {
    reason: string;
    hint: string;
  } | null;
}

export interface Failure {
  code: string;
  message: string;
  data?: unknown;
}

export interface HostShowOutput {
  version: string;
  pid: number;
  /** When the process began, milliseconds since 1970. */
  startedAt: number;
  uptimeMs: number;
  /** From the start of the process until it answered. */
  bootMs: number;
  /** Where the API and the web UI are; null: this process is not `tutti up`. */
  url: string | null;
  /** The data folder. */
  home: string;
  database: "sqlite" | "postgres";
  /** Runs that its worker works on at once. */
  concurrency: number;
  sizes: {
    /** Null where the database is not a file of this machine. */
    databaseBytes: number | null;
    /** Null where blobs are rows of the database. */
    blobsBytes: number | null;
    /** Spans, log records and figures. */
    telemetryBytes: number;
    /** The most that all of it may take: see `tutti storage show`. */
    capBytes: number;
    /** Free space where the data folder lies. */
    freeBytes: number | null;
  };
}

export interface LogListInput {
  /** Words that lines have, and conditions: event:host.* run:run_… trace:… -key:value */
  query?: string;
  /** Only lines of this level or worse */
  level?: "debug" | "info" | "warn" | "error";
  /** Only lines about this run */
  run?: string;
  /** Only lines from then on: how long ago, such as 24h or 7d, or a date: 2026-11-25T08:00 */
  since?: string;
  /** Only lines before then, given in the same way */
  until?: string;
  /** Only lines stored before this number: the `seq` of the last one that is known */
  before?: number;
  /** How many at the most. Default: 100 */
  limit?: number;
}

export interface LogListEntry {
  /** Grows in the order of storing; the `before` or `after` of who goes on from here. */
  seq: number;
  /** Milliseconds since 1970, with its thousandths. */
  at: number;
  level: "debug" | "info" | "warn" | "error";
  /** What happened, as a name: host.started, job.failed … */
  event: string;
  /** The same for people; may be empty. */
  message: string;
  /** Which program told it. */
  service: string;
  traceId: string | null;
  spanId: string | null;
  run: string | null;
  attributes: {
    [k: string]: string | number | boolean | string[] | number[] | boolean[];
  };
}

export interface LogTailInput {
  /** Words that lines have, and conditions: event:host.* run:run_… trace:… -key:value */
  query?: string;
  /** Only lines of this level or worse */
  level?: "debug" | "info" | "warn" | "error";
  /** Only lines about this run */
  run?: string;
  /** Begin behind this number; default: with what comes from now on */
  after?: number;
}

export interface LogTailOutput {
  /** The number of the last line that was told or passed over */
  latest: number;
}

export interface LogTailProgress {
  /** Grows in the order of storing; the `before` or `after` of who goes on from here. */
  seq: number;
  /** Milliseconds since 1970, with its thousandths. */
  at: number;
  level: "debug" | "info" | "warn" | "error";
  /** What happened, as a name: host.started, job.failed … */
  event: string;
  /** The same for people; may be empty. */
  message: string;
  /** Which program told it. */
  service: string;
  traceId: string | null;
  spanId: string | null;
  run: string | null;
  attributes: {
    [k: string]: string | number | boolean | string[] | number[] | boolean[];
  };
}

export interface MetricListInput {
  /** Only those whose name contains this */
  name?: string;
}

export interface MetricListEntry {
  name: string;
  /** null where only stored figures tell of it */
  type: ("counter" | "gauge" | "histogram") | null;
  help: string;
  unit: string;
  labels: string[];
  /** Whether there are figures of it in the store, which metric.query reads */
  isStored: boolean;
}

export interface MetricQueryInput {
  /** PromQL, the part that docs/observability.md names */
  expression: string;
  /** Over the time from so long ago until now, such as 1h; without it and --from: the value now */
  since?: string | number;
  /** A time such as "2026-11-25T09:00:00Z", epoch milliseconds, or how long ago, such as "2h" */
  from?: number | string;
  /** A time such as "2026-11-25T09:00:00Z", epoch milliseconds, or how long ago, such as "2h" */
  to?: number | string;
  /** From one value to the next; default: about 120 of them */
  step?: string | number;
}

export interface MetricQueryOutput {
  from: number;
  to: number;
  /** 0 where it is one value */
  stepMs: number;
  series: {
    labels: {
      [k: string]: string;
    };
    /** Epoch milliseconds and values; null for what is not a number */
    points: [number, number | null][];
  }[];
}

export interface ModelsAdviseInput {
  /** For calls with tools */
  tools?: boolean;
  /** For answers by a JSON Schema */
  schema?: boolean;
  /** Tokens that prompt and answer fill. Default: 0 */
  context?: number;
  /** Within the budgets of this flow */
  flow?: string;
  /** Within the budgets of this agent */
  agent?: string;
}

export interface ModelsAdviseEntry {
  model: string;
  isAble: boolean;
  isWithinBudgets: boolean;
  /** Why it would not be taken */
  why: string | null;
  quality: number | null;
  /** Of what it has written in the last 30 days */
  msPerToken: number | null;
  calls: number;
  price: {
    currency: string;
    input?: number;
    cached?: number;
    output?: number;
    perHour?: number;
    perSecond?: number;
  } | null;
  loaded: boolean;
  sizeBytes: number | null;
}

export interface ModelInfo {
  /** What to write in a flow, a setting or a command. */
  model: string;
  /** What its provider calls it. */
  name: string;
  provider: string;
  kind: "chat" | "embedding";
  sizeBytes: number | null;
  /** Tokens that the model was made for. */
  contextLength: number | null;
  /** What its server says that it can. */
  capabilities: string[];
  /** In memory now. */
  loaded: boolean;
  /** Tokens of context that it is loaded with. */
  loadedContext: number | null;
  /** Changes with its content. */
  digest: string | null;
  /** Why it cannot be used, where that is so. */
  problem: string | null;
  /** The last `tutti models probe` of it. */
  probe: {
    probedAt: number;
    /** The model has changed since. */
    isStale: boolean;
  } | null;
}

export interface ModelsProbeInput {
  /** A name as `tutti models list` shows it; `default` is what a step gets that names none */
  model: string;
  /** How long it may take; what is not measured by then stays unknown. Default: "3m" */
  budget?: string;
}

export interface ProbeFacts {
  /** provider/name */
  model: string;
  server: string;
  /** Of the model's content; another one makes these facts stale. */
  digest: string;
  probedAt: number;
  tookMs: number;
  kind: "chat" | "embedding";
  /** How it called a canary tool: as a call, as text, not at all, or the server refuses to offer any. */
  tools: "native" | "text" | "none" | "refused" | "unknown";
  /** Whether a JSON Schema bound the answer: streamed, in one piece, and while thinking (null: it cannot). */
  schema: {
    streamed: "kept" | "ignored" | "unknown";
    whole: "kept" | "ignored" | "unknown";
    thinking: ("kept" | "ignored" | "unknown") | null;
  };
  /** Asked to think: in a field of its own, in the middle of the text, not at all, or the server refuses. */
  thinking: "apart" | "inline" | "none" | "refused" | "unknown";
  contextAsked: number | null;
  contextGranted: number | null;
  loadMs: number | null;
  /** Of a loaded model, to a prompt of a few words. */
  firstTokenMs: number | null;
  promptTokensPerSecond: number | null;
  outputTokensPerSecond: number | null;
  dimensions: number | null;
  /** What could not be measured, and why. */
  notes: string[];
}

export interface ModelsProbeProgress {
  type: "stage";
  /** The part that begins. */
  text: string;
  /** Parts before this one. */
  done?: number;
  of?: number;
}

export interface ModelsPullInput {
  /** A name of the registry, such as llama3.2:3b; hf.co/owner/model:Q4_K_M where models.registries has hf.co */
  model: string;
  /** Over plain HTTP (with http:// before the name), or with a certificate that cannot be checked */
  insecure?: boolean;
}

export interface ModelsPullOutput {
  /** provider/name */
  model: string;
  server: string;
  digest: string;
  /** False: the server had exactly this content before. */
  isNew: boolean;
  sizeBytes: number;
  /** The server has checked every layer against its hash. */
  isVerified: boolean;
  tookMs: number;
  layers: {
    digest: string;
    sizeBytes: number;
  }[];
}

export interface ModelQueue {
  name: string;
  url: string;
  reachable: boolean;
  /** What it has in memory; null where it does not tell. */
  resident:
    | {
        model: string;
        bytes: number | null;
        vramBytes: number | null;
        /** When it leaves the memory unless it is used. */
        expiresAt: number | null;
      }[]
    | null;
  /** Calls of this process: what runs, then what waits, as they came. */
  calls: {
    model: string;
    run: string | null;
    /** How long it waits, or has waited for its place. */
    waitingMs: number;
    /** Null while it waits. */
    runningMs: number | null;
    isRunning: boolean;
  }[];
  parallel: number;
  maxLoaded: number | null;
  swaps: number;
  callsDone: number;
  pausedMs: number;
}

export interface ModelsRemoveInput {
  /** A name as `tutti models list` shows it */
  model: string;
}

export interface ModelsRemoveOutput {
  /** provider/name */
  model: string;
  server: string;
  /** Of its files; those that another model shares stay. */
  sizeBytes: number;
  digest: string;
}

export interface ModelServer {
  /** The first part of its models' names. */
  name: string;
  kind: "ollama" | "openai";
  url: string;
  reachable: boolean;
  /** Why it is not reachable, and what to do. */
  reason: string | null;
  /** Models in its memory, as it tells; of one that does not, as this process knows. */
  loaded: string[];
  /** Calls of this process that it works on. */
  inFlight: number;
  /** Calls of this process that wait for a place. */
  waiting: number;
  /** Calls of one model that it is given at once. */
  parallel: number;
  /** Models that fit into its memory; null: no limit known. */
  maxLoaded: number | null;
  /** Calls of this process that loaded a model. */
  loads: number;
  /** Loads that another model had to make room for. */
  swaps: number;
  /** It turned calls away as too busy: how long none is sent. */
  pausedMs: number;
}

export interface ModelsShowInput {
  /** A name as `tutti models list` shows it; `default` is what a step gets that names none */
  model: string;
}

export interface ModelsShowOutput {
  /** What to write in a flow, a setting or a command. */
  model: string;
  /** What its provider calls it. */
  name: string;
  provider: string;
  kind: "chat" | "embedding";
  sizeBytes: number | null;
  /** Tokens that the model was made for. */
  contextLength: number | null;
  /** What its server says that it can. */
  capabilities: string[];
  /** In memory now. */
  loaded: boolean;
  /** Tokens of context that it is loaded with. */
  loadedContext: number | null;
  /** Changes with its content. */
  digest: string | null;
  /** Why it cannot be used, where that is so. */
  problem: string | null;
  /** The last `tutti models probe` of it. */
  probe: {
    probedAt: number;
    /** The model has changed since. */
    isStale: boolean;
  } | null;
  server: string;
  family: string | null;
  parameterSize: string | null;
  /** How its weights are stored. */
  quantization: string | null;
  embeddingLength: number | null;
  modifiedAt: string | null;
  /** Where its server would send the prompt; null: it runs on that server. */
  remoteHost: string | null;
  /** Settings that its maker gave it. */
  parameters: string[];
  /** What the last probe measured. */
  facts: ProbeFacts | null;
}

export interface NotifyListEntry {
  name: string;
  kind: "log" | "desktop" | "webhook" | "email" | "command";
  /** Where it leads, without what is secret. */
  target: string;
}

export interface NotifyTestInput {
  /** A channel of `tutti notify list` */
  name: string;
}

export interface NotifyTestOutput {
  channel: string;
}

export interface ReviewAnswerInput {
  /** The review's id */
  id: string;
  /** The answer; one of the choices where there are any */
  answer: string;
}

export interface ReviewAnswerOutput {
  id: string;
  /** The run that asked first */
  run: string;
  /** The runs that wait for the decision */
  runs: string[];
  step: string;
  title: string;
  payload: unknown;
  choices: string[];
  status: "open" | "approved" | "rejected" | "answered" | "withdrawn";
  createdAt: number;
  decision: {
    verdict: "approved" | "rejected" | "answered";
    payload: unknown;
    answer: string | null;
    reason: string | null;
    by: string;
    at: number;
    /** The review, where several steps have waited for one */
    review?: string;
  } | null;
}

export interface ReviewApproveInput {
  /** The review's id */
  id: string;
  /** The payload as edited, JSON; default: as proposed */
  payload?: unknown;
  /** Kept with the decision */
  comment?: string;
}

export interface ReviewApproveOutput {
  id: string;
  /** The run that asked first */
  run: string;
  /** The runs that wait for the decision */
  runs: string[];
  step: string;
  title: string;
  payload: unknown;
  choices: string[];
  status: "open" | "approved" | "rejected" | "answered" | "withdrawn";
  createdAt: number;
  decision: {
    verdict: "approved" | "rejected" | "answered";
    payload: unknown;
    answer: string | null;
    reason: string | null;
    by: string;
    at: number;
    /** The review, where several steps have waited for one */
    review?: string;
  } | null;
}

export interface ReviewListInput {
  /** Which reviews to list. Default: "open" */
  status?: "open" | "approved" | "rejected" | "answered" | "withdrawn" | "all";
}

export interface ReviewSummary {
  id: string;
  /** The run that asked first */
  run: string;
  /** The runs that wait for the decision */
  runs: string[];
  step: string;
  title: string;
  /** Null where it is cut. */
  payload: unknown;
  choices: string[];
  status: "open" | "approved" | "rejected" | "answered" | "withdrawn";
  createdAt: number;
  decision: {
    verdict: "approved" | "rejected" | "answered";
    payload: unknown;
    answer: string | null;
    reason: string | null;
    by: string;
    at: number;
    /** The review, where several steps have waited for one */
    review?: string;
  } | null;
  flow: string | null;
  /** When it fails if nobody decides; null where it waits for ever or no more. */
  dueAt: number | null;
  payloadBytes: number | null;
  /** The payload is too large for a list. */
  isCut: boolean;
  /** A short word on the payload. */
  summary: string;
}

export interface ReviewRejectInput {
  /** The review's id */
  id: string;
  /** Why; the flow is told */
  reason: string;
}

export interface ReviewRejectOutput {
  id: string;
  /** The run that asked first */
  run: string;
  /** The runs that wait for the decision */
  runs: string[];
  step: string;
  title: string;
  payload: unknown;
  choices: string[];
  status: "open" | "approved" | "rejected" | "answered" | "withdrawn";
  createdAt: number;
  decision: {
    verdict: "approved" | "rejected" | "answered";
    payload: unknown;
    answer: string | null;
    reason: string | null;
    by: string;
    at: number;
    /** The review, where several steps have waited for one */
    review?: string;
  } | null;
}

export interface ReviewShowInput {
  /** The review's id */
  id: string;
}

export interface Review {
  id: string;
  /** The run that asked first */
  run: string;
  /** The runs that wait for the decision */
  runs: string[];
  step: string;
  title: string;
  payload: unknown;
  choices: string[];
  status: "open" | "approved" | "rejected" | "answered" | "withdrawn";
  createdAt: number;
  decision: {
    verdict: "approved" | "rejected" | "answered";
    payload: unknown;
    answer: string | null;
    reason: string | null;
    by: string;
    at: number;
    /** The review, where several steps have waited for one */
    review?: string;
  } | null;
  flow: string | null;
  /** When it fails if nobody decides; null where it waits for ever or no more. */
  dueAt: number | null;
}

export interface RunCancelInput {
  /** The run's id */
  id: string;
  /** Why; kept with the run */
  reason?: string;
}

export interface Run {
  id: string;
  flow: string;
  status: RunStatus;
  error: Failure | null;
  createdAt: number;
  startedAt: number | null;
  finishedAt: number | null;
  usage: Usage;
  input: unknown;
  output: unknown;
  steps: Step[];
}

export interface Usage {
  calls: number;
  inputTokens?: number;
  outputTokens?: number;
  modelMs?: number;
  models?: string[];
}

export interface RunCompareInput {
  /** The id of one run, such as the one that was good */
  a: string;
  /** The id of the other one */
  b: string;
}

export interface RunComparison {
  a: RunSummary;
  b: RunSummary;
  counts: {
    same: number;
    changed: number;
    onlyA: number;
    onlyB: number;
  };
  steps: {
    key: string;
    name: string;
    kind: string;
    change: "same" | "changed" | "onlyA" | "onlyB";
    /** What of it is another: input, output, status, error. */
    what: string[];
    a: {
      status: string;
      attempts: number;
      durationMs: number | null;
      tokens: {
        input: number;
        output: number;
      } | null;
      outputHash: string | null;
      error: string | null;
    } | null;
    b: {
      status: string;
      attempts: number;
      durationMs: number | null;
      tokens: {
        input: number;
        output: number;
      } | null;
      outputHash: string | null;
      error: string | null;
    } | null;
  }[];
}

export interface RunSummary {
  id: string;
  flow: string;
  status: RunStatus;
  error: Failure | null;
  createdAt: number;
  startedAt: number | null;
  finishedAt: number | null;
  usage: Usage;
  /** One line: why it failed and where, what it waits for, or a short word on its input. */
  summary: string;
  /** Who or what started it: cli, web, http, schedule:NAME, run:ID, fork:ID, retry:ID. */
  trigger: string | null;
  models: string[];
  waitingFor: ("review" | "event" | "sleep" | "child" | "budget") | null;
  parent: {
    run: string;
    step: string | null;
  } | null;
}

export interface RunErrorsInput {
  /** How far back. Default: "7d" */
  since?: string | number;
  /** Only runs like this: status:failed,waiting flow:triage error:"no room" -model:qwen since:24h words */
  query?: string;
  /** How many groups at the most. Default: 50 */
  limit?: number;
}

export interface RunErrorGroup {
  code: string;
  /** The innermost step that failed; items of a map and turns of an agent are one. */
  step: string | null;
  flow: string;
  /** Of the newest of them. */
  message: string;
  count: number;
  firstAt: number;
  lastAt: number;
  /** The newest run. */
  example: string;
}

export interface RunForkInput {
  /** The run's id */
  id: string;
  /** The key of the step to do again, as `tutti run get` shows it */
  from: string;
}

export interface RunGetInput {
  /** The run's id */
  id: string;
  /** Only this step, by its key, and what lies in it */
  step?: string;
  /** With what the step's model was given: messages, tools, answer. Needs a step */
  context?: boolean;
}

export interface RunGetOutput {
  id: string;
  flow: string;
  status: RunStatus;
  error: Failure | null;
  createdAt: number;
  startedAt: number | null;
  finishedAt: number | null;
  usage: Usage;
  input: unknown;
  output: unknown;
  steps: Step[];
  step?: string;
  context?: {
    step: string;
    turn: number;
    model: string | null;
    options: unknown;
    tools: {
      name: string;
      description: string;
      [k: string]: unknown;
    }[];
    /** The schema that the answer must fit. */
    format: unknown;
    /** Whether the server was told to constrain the answer by it, besides the words. */
    isGrammar: boolean | null;
    /** Old messages that were left out to make the prompt fit, and about how many tokens they had. */
    compacted: {
      messages: number;
      tokens: number;
      [k: string]: unknown;
    } | null;
    messages: {
      /** The turn in which it was new. */
      turn: number;
      role: "system" | "user" | "assistant" | "tool";
      content: string;
      toolName?: string;
      toolCalls?: {
        name: string;
        arguments: unknown;
        problem?: string;
        [k: string]: unknown;
      }[];
      thinking?: string;
      repairs?: {
        kind: string;
        detail: string;
        [k: string]: unknown;
      }[];
      [k: string]: unknown;
    }[];
    answer: {
      /** The turn in which it was new. */
      turn: number;
      role: "system" | "user" | "assistant" | "tool";
      content: string;
      toolName?: string;
      toolCalls?: {
        name: string;
        arguments: unknown;
        problem?: string;
        [k: string]: unknown;
      }[];
      thinking?: string;
      repairs?: {
        kind: string;
        detail: string;
        [k: string]: unknown;
      }[];
      [k: string]: unknown;
    } | null;
    [k: string]: unknown;
  };
}

export interface RunListInput {
  /** Only runs like this: status:failed,waiting flow:triage error:"no room" -model:qwen since:24h words */
  query?: string;
  status?: RunStatus;
  /** Only runs of this flow */
  flow?: string;
  /** Only waiting runs that go on by themselves: a sleep, a timeout or a deadline is set */
  due?: boolean;
  /** Only runs older than this one: the last one of the list before */
  before?: string;
  /** How many at the most. Default: 50 */
  limit?: number;
}

export interface RunPauseInput {
  /** The run's id */
  id: string;
}

export interface RunResumeInput {
  /** The run's id */
  id: string;
}

export interface RunRetryInput {
  /** The run's id */
  id: string;
}

export interface RunStartInput {
  /** The flow's name, or the path of its file */
  flow: string;
  /** The flow's input */
  input?: unknown;
  /** Higher goes first; 0 unless given */
  priority?: number;
  /** The run fails after this long, such as "10m" */
  deadline?: string | number;
}

export interface RunStatsInput {
  /** How far back. Default: "24h" */
  since?: string | number;
  /** How long a bucket is. Default: "1h" */
  bucket?: string | number;
  /** Only runs like this: status:failed,waiting flow:triage error:"no room" -model:qwen since:24h words */
  query?: string;
}

export interface RunStats {
  since: number;
  until: number;
  bucketMs: number;
  total: number;
  byStatus: {
    queued: number;
    running: number;
    waiting: number;
    paused: number;
    succeeded: number;
    failed: number;
    cancelled: number;
  };
  /** By when runs were made, oldest first. */
  buckets: {
    at: number;
    queued: number;
    running: number;
    waiting: number;
    paused: number;
    succeeded: number;
    failed: number;
    cancelled: number;
  }[];
  tokens: {
    input: number;
    output: number;
  } | null;
  usage: {
    runsWithModels: number;
  };
}

export interface RunStepInput {
  /** The run's id */
  id: string;
  /** The step's key, as `tutti run timeline` shows it */
  key: string;
  /** How much of each part; what is longer is cut. Default: 262144 */
  maxBytes?: number;
  /** Only this part, and the whole of it */
  part?: "input" | "output" | "error" | "messages" | "tools";
}

export interface StepDetail {
  run: string;
  key: string;
  name: string;
  kind: string;
  status: string;
  attempts: number;
  startedAt: number | null;
  finishedAt: number | null;
  skipped: {
    reason: string;
    hint: string;
  } | null;
  model: string | null;
  turn: number | null;
  options: unknown;
  input: Excerpt | null;
  output: Excerpt | null;
  error: Excerpt | null;
  /** What its model was given, and its answer as the last one; texts are cut where it is truncated. */
  messages: Excerpt | null;
  /** `offered`: tools that the model could call; `used`: those that it called. */
  tools: Excerpt | null;
}

export interface Excerpt {
  /** Of its JSON text. */
  bytes: number;
  truncated: boolean;
  value?: unknown;
  /** In place of the value where it is cut: the beginning of its JSON text. */
  text?: string;
}

export interface RunTimelineInput {
  /** The run's id */
  id: string;
  /** Only what is new since this row, and what is open. Default: 0 */
  after?: number;
}

export interface Timeline {
  run: RunSummary;
  /** The number of the run's last stored row: the `after` of who asks again. */
  latest: number;
  /** The number of the newest event: who follows the log from here misses nothing. */
  sequence: number;
  /** When it was read. */
  now: number;
  /** What lies in a span follows it. */
  spans: Span[];
}

export interface Span {
  key: string;
  parent: string | null;
  depth: number;
  name: string;
  /** The step's, or map, item, turn, scope, cleanup, attempt. */
  kind: string;
  status: string;
  attempt: number;
  attempts: number;
  /** Null where nobody knows. */
  startedAt: number | null;
  finishedAt: number | null;
  /** It has no row: its times and state are those of what lies in it. */
  isDerived: boolean;
  model: string | null;
  /** `to` is null while it goes on. */
  phases: {
    kind: "queued" | "load" | "prompt" | "work" | "backoff" | "wait";
    from: number;
    to: number | null;
  }[];
  tokens: {
    input: number;
    cached: number | null;
    output: number;
    reasoning: number | null;
  } | null;
  cost: {
    money: number;
    currency: string;
  } | null;
  error: {
    code: string;
    message: string;
  } | null;
  skipped: string | null;
  importance: "normal" | "quiet" | "hidden";
  inputBytes: number | null;
  outputBytes: number | null;
  review: string | null;
  child: string | null;
}

export interface RunWatchInput {
  /** The run's id */
  id: string;
  /** Return as soon as only waits are left */
  untilIdle?: boolean;
}

export interface ScheduleAddInput {
  /** The schedule's name */
  name: string;
  /** The flow's name, or the path of its file */
  flow: string;
  /** A cron pattern: five fields, or six with seconds first, such as "30 7 * * MON-FRI" */
  cron?: string;
  /** In place of a pattern: an interval from 1s to 366d, such as "15m" */
  every?: string | number;
  /** The time zone of the pattern, such as "Europe/Berlin"; this machine's unless given */
  timeZone?: string;
  /** The input of each run, JSON */
  input?: unknown;
  /** What was due while nothing worked here: no run, one run for all, or one each (the last 100). Default: "once" */
  missed?: "skip" | "once" | "all";
  /** Whether a run is started while the one before it is still open. Default: "allow" */
  overlap?: "allow" | "skip";
  /** Take the place of another schedule of this name */
  replace?: boolean;
}

export interface ScheduleAddOutput {
  name: string;
  flow: string;
  cron: string | null;
  every: string | null;
  timeZone: string;
  missed: "skip" | "once" | "all";
  overlap: "allow" | "skip";
  folder: string;
  isPaused: boolean;
  /** When it is due next; null while it is paused */
  nextAt: number | null;
  /** When its last run was due */
  lastAt: number | null;
  lastRun: string | null;
  /** Why it would start no run if it were due now */
  problem: {
    code: string;
    message: string;
  } | null;
  input: unknown;
  /** The next due times */
  upcoming: number[];
  /** What became of the last due times, newest first */
  fires: {
    dueAt: number;
    /** Another than `dueAt` where several were missed together */
    firstDueAt: number;
    /** How many due times; counted up to 1,000 */
    count: number;
    /** When it was dealt with */
    at: number;
    outcome: "started" | "missed" | "skipped";
    run: string | null;
    reason: {
      code: string;
      message: string;
    } | null;
  }[];
  change: "created" | "replaced" | "unchanged";
}

export interface ScheduleListEntry {
  name: string;
  flow: string;
  cron: string | null;
  every: string | null;
  timeZone: string;
  missed: "skip" | "once" | "all";
  overlap: "allow" | "skip";
  folder: string;
  isPaused: boolean;
  /** When it is due next; null while it is paused */
  nextAt: number | null;
  /** When its last run was due */
  lastAt: number | null;
  lastRun: string | null;
  /** Why it would start no run if it were due now */
  problem: {
    code: string;
    message: string;
  } | null;
  input: unknown;
  isInputCut: boolean;
}

export interface SchedulePauseInput {
  /** The schedule's name */
  name: string;
}

export interface SchedulePauseOutput {
  name: string;
  flow: string;
  cron: string | null;
  every: string | null;
  timeZone: string;
  missed: "skip" | "once" | "all";
  overlap: "allow" | "skip";
  folder: string;
  isPaused: boolean;
  /** When it is due next; null while it is paused */
  nextAt: number | null;
  /** When its last run was due */
  lastAt: number | null;
  lastRun: string | null;
  /** Why it would start no run if it were due now */
  problem: {
    code: string;
    message: string;
  } | null;
  input: unknown;
  /** The next due times */
  upcoming: number[];
  /** What became of the last due times, newest first */
  fires: {
    dueAt: number;
    /** Another than `dueAt` where several were missed together */
    firstDueAt: number;
    /** How many due times; counted up to 1,000 */
    count: number;
    /** When it was dealt with */
    at: number;
    outcome: "started" | "missed" | "skipped";
    run: string | null;
    reason: {
      code: string;
      message: string;
    } | null;
  }[];
}

export interface ScheduleRemoveInput {
  /** The schedule's name */
  name: string;
}

export interface ScheduleRemoveOutput {
  name: string;
}

export interface ScheduleResumeInput {
  /** The schedule's name */
  name: string;
}

export interface ScheduleResumeOutput {
  name: string;
  flow: string;
  cron: string | null;
  every: string | null;
  timeZone: string;
  missed: "skip" | "once" | "all";
  overlap: "allow" | "skip";
  folder: string;
  isPaused: boolean;
  /** When it is due next; null while it is paused */
  nextAt: number | null;
  /** When its last run was due */
  lastAt: number | null;
  lastRun: string | null;
  /** Why it would start no run if it were due now */
  problem: {
    code: string;
    message: string;
  } | null;
  input: unknown;
  /** The next due times */
  upcoming: number[];
  /** What became of the last due times, newest first */
  fires: {
    dueAt: number;
    /** Another than `dueAt` where several were missed together */
    firstDueAt: number;
    /** How many due times; counted up to 1,000 */
    count: number;
    /** When it was dealt with */
    at: number;
    outcome: "started" | "missed" | "skipped";
    run: string | null;
    reason: {
      code: string;
      message: string;
    } | null;
  }[];
}

export interface ScheduleShowInput {
  /** The schedule's name */
  name: string;
}

export interface ScheduleShowOutput {
  name: string;
  flow: string;
  cron: string | null;
  every: string | null;
  timeZone: string;
  missed: "skip" | "once" | "all";
  overlap: "allow" | "skip";
  folder: string;
  isPaused: boolean;
  /** When it is due next; null while it is paused */
  nextAt: number | null;
  /** When its last run was due */
  lastAt: number | null;
  lastRun: string | null;
  /** Why it would start no run if it were due now */
  problem: {
    code: string;
    message: string;
  } | null;
  input: unknown;
  /** The next due times */
  upcoming: number[];
  /** What became of the last due times, newest first */
  fires: {
    dueAt: number;
    /** Another than `dueAt` where several were missed together */
    firstDueAt: number;
    /** How many due times; counted up to 1,000 */
    count: number;
    /** When it was dealt with */
    at: number;
    outcome: "started" | "missed" | "skipped";
    run: string | null;
    reason: {
      code: string;
      message: string;
    } | null;
  }[];
}

export interface StoragePruneInput {
  /** What is older goes, such as 30d; default: as long as the settings keep it */
  olderThan?: string | number;
  /** Only these, with commas, such as "runs,events"; default: all */
  only?: string;
  /** Tell what would go, and remove nothing */
  dryRun?: boolean;
}

export interface StoragePruneOutput {
  isDryRun: boolean;
  /** What went, or would go; bytes are told of a dry run alone, where they can be told. */
  kinds: {
    name: string;
    before: number;
    count: number | null;
    bytes: number | null;
  }[];
  /** What the data takes less than before; of a dry run, what it would be at the most. */
  freedBytes: number;
}

export interface StoragePruneProgress {
  type: "stage";
  text: string;
}

export interface StorageShowOutput {
  /** The most that all of it may take. */
  capBytes: number;
  /** What it takes, without what is free in the database. */
  usedBytes: number;
  freeOnDiskBytes: number | null;
  parts: {
    name: "database" | "telemetry" | "blobs" | "other";
    bytes: number;
  }[];
  /** In the database and holding nothing: filled before it grows. */
  freeInDatabaseBytes: number;
  /** Whether `tutti storage vacuum` would give that back. */
  wantsVacuum: boolean;
  /** What is kept for a while, in the order in which it goes where there is too much. */
  kinds: {
    name: string;
    summary: string;
    keepMs: number;
    oldestAt: number | null;
    /** About; null where that cannot be told without reading it all. */
    bytes: number | null;
  }[];
}

export interface StorageVacuumOutput {
  beforeBytes: number;
  afterBytes: number;
  tookMs: number;
}

export interface StorageVacuumProgress {
  type: "stage";
  text: string;
}

export interface Tool {
  name: string;
  description: string;
  effect: "read" | "write";
  input: {
    [k: string]: unknown;
  };
}

export interface TraceGetInput {
  /** The trace's id, or the id of a run that it is of */
  id: string;
}

export interface TraceGetOutput {
  /** 32 hex digits. */
  traceId: string;
  /** Of its first span. */
  name: string;
  /** The program that began it. */
  service: string;
  /** Milliseconds since 1970, with their thousandths. */
  startedAt: number;
  /** Milliseconds, with their thousandths. */
  durationMs: number;
  /** Spans that have failed. */
  errors: number;
  /** Null where no span tells. */
  inputTokens: number | null;
  /** Null where no span tells. */
  outputTokens: number | null;
  models: string[];
  /** The run that it is of. */
  run: string | null;
  /** False while its first span has not ended, or the run that a caller elsewhere began. */
  isComplete: boolean;
  /** All programs that took part. */
  services: string[];
  /** By their start. */
  spans: {
    /** 16 hex digits. */
    spanId: string;
    parentId: string | null;
    name: string;
    kind: "internal" | "server" | "client" | "producer" | "consumer";
    service: string;
    /** Milliseconds since 1970, with their thousandths. */
    startedAt: number;
    /** Milliseconds, with their thousandths. */
    durationMs: number;
    status: "unset" | "ok" | "error";
    /** What went wrong, in a few words. */
    error: string | null;
    /** What a model or an agent did: chat, execute_tool … */
    operation: string | null;
    /** The kind of the step that it is. */
    step: string | null;
    /** The step's key in its run. */
    key: string | null;
    run: string | null;
    model: string | null;
    inputTokens: number | null;
    outputTokens: number | null;
    /** How many it has; `trace.span` tells them. */
    events: number;
    /** How many other spans it points at. */
    links: number;
  }[];
}

export interface TraceListInput {
  /** Words that spans have, and conditions: status:error service:tutti duration>2s gen_ai.request.model:llama* */
  query?: string;
  /** Only traces that began from then on: how long ago, such as 24h or 7d, or a date: 2026-11-25T08:00 */
  since?: string;
  /** Only traces that began before then, given in the same way */
  until?: string;
  /** Only traces older than this one: the last one of the list before */
  before?: string;
  /** How many at the most. Default: 50 */
  limit?: number;
}

export interface TraceListEntry {
  /** 32 hex digits. */
  traceId: string;
  /** Of its first span. */
  name: string;
  /** The program that began it. */
  service: string;
  startedAt: number;
  durationMs: number;
  spans: number;
  /** Spans that have failed. */
  errors: number;
  /** Null where no span tells. */
  inputTokens: number | null;
  /** Null where no span tells. */
  outputTokens: number | null;
  models: string[];
  /** The run that it is of. */
  run: string | null;
  /** False while its first span has not ended, or the run that a caller elsewhere began. */
  isComplete: boolean;
}

export interface TraceSearchInput {
  /** Words that spans have, and conditions: status:error service:tutti duration>2s gen_ai.request.model:llama* */
  query: string;
  /** Only traces that began from then on: how long ago, such as 24h or 7d, or a date: 2026-11-25T08:00 */
  since?: string;
  /** Only traces that began before then, given in the same way */
  until?: string;
  /** Only traces older than this one: the last one of the list before */
  before?: string;
  /** How many at the most. Default: 50 */
  limit?: number;
}

export interface TraceSearchEntry {
  /** 32 hex digits. */
  traceId: string;
  /** Of its first span. */
  name: string;
  /** The program that began it. */
  service: string;
  startedAt: number;
  durationMs: number;
  spans: number;
  /** Spans that have failed. */
  errors: number;
  /** Null where no span tells. */
  inputTokens: number | null;
  /** Null where no span tells. */
  outputTokens: number | null;
  models: string[];
  /** The run that it is of. */
  run: string | null;
  /** False while its first span has not ended, or the run that a caller elsewhere began. */
  isComplete: boolean;
}

export interface TraceSpanInput {
  /** The trace's id, or the id of a run that it is of */
  id: string;
  /** The span's id; its first digits will do */
  span: string;
  /** The most of each value; what is longer is cut, and its size told. Default: 4096 */
  maxBytes?: number;
}

export interface TraceSpanOutput {
  /** 16 hex digits. */
  spanId: string;
  parentId: string | null;
  name: string;
  kind: "internal" | "server" | "client" | "producer" | "consumer";
  service: string;
  /** Milliseconds since 1970, with their thousandths. */
  startedAt: number;
  /** Milliseconds, with their thousandths. */
  durationMs: number;
  status: "unset" | "ok" | "error";
  /** What went wrong, in a few words. */
  error: string | null;
  /** What a model or an agent did: chat, execute_tool … */
  operation: string | null;
  /** The kind of the step that it is. */
  step: string | null;
  /** The step's key in its run. */
  key: string | null;
  run: string | null;
  model: string | null;
  inputTokens: number | null;
  outputTokens: number | null;
  /** 32 hex digits. */
  traceId: string;
  /** The library that made it. */
  scope: string;
  statusText: string | null;
  attributes: {
    [k: string]: {
      value: string | number | boolean | string[] | number[] | boolean[];
      /** Of the whole; there where the value is only its beginning. */
      bytes?: number;
    };
  };
  /** Of the program that it comes from. */
  resource: {
    [k: string]: {
      value: string | number | boolean | string[] | number[] | boolean[];
      /** Of the whole; there where the value is only its beginning. */
      bytes?: number;
    };
  };
  events: {
    name: string;
    /** Milliseconds since 1970, with their thousandths. */
    at: number;
    attributes: {
      [k: string]: {
        value: string | number | boolean | string[] | number[] | boolean[];
        /** Of the whole; there where the value is only its beginning. */
        bytes?: number;
      };
    };
  }[];
  links: {
    traceId: string;
    spanId: string;
  }[];
}
