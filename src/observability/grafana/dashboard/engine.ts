import { bars, added, chart, dashboard, of, quantile, rate } from "./build.ts";

export const engine = dashboard({
  uid: "tutti-engine",
  title: "Tutti / Engine",
  about: "What the engine does: queue, steps, resumes, events, and the process that it runs in.",
  known: "tutti_build_info",
  panels: [
    chart({
      title: "Runs by state",
      about: "Runs that have not ended, by what they do.",
      unit: "short",
      queries: [{ expr: `sum by (status) (${of("tutti_runs_open")})`, legend: "{{status}}" }],
    }),
    chart({
      title: "Age of the queue",
      about: "For how long the oldest queued run has waited.",
      unit: "s",
      queries: [{ expr: `max by (instance) (${of("tutti_queue_age_seconds")})`, legend: "{{instance}}" }],
    }),
    chart({
      title: "Wait for a worker",
      about: "From when a run could go on to when a worker took it up.",
      unit: "s",
      queries: [
        { expr: quantile(0.5, "tutti_queue_wait_seconds"), legend: "half" },
        { expr: quantile(0.95, "tutti_queue_wait_seconds"), legend: "95 of 100" },
      ],
    }),
    chart({
      title: "Steps",
      about: "Steps that have ended, in a second, by kind.",
      unit: "ops",
      queries: [{ expr: `sum by (kind) (${rate("tutti_steps_total")})`, legend: "{{kind}}" }],
    }),
    chart({
      title: "Time of a step",
      about: "95 of 100 are faster, by kind.",
      unit: "s",
      queries: [{ expr: quantile(0.95, "tutti_step_duration_seconds", ["kind"]), legend: "{{kind}}" }],
    }),
    chart({
      title: "Failed steps",
      about: "Steps that have failed, in a second, by kind.",
      unit: "ops",
      queries: [{ expr: `sum by (kind) (${rate("tutti_steps_total", 'status="failed"')})`, legend: "{{kind}}" }],
    }),
    chart({
      title: "Runs taken up again",
      about: "After a restart, a crash or a wait.",
      unit: "ops",
      queries: [{ expr: `sum by (flow) (${rate("tutti_run_resumes_total")})`, legend: "{{flow}}" }],
    }),
    chart({
      title: "Events",
      about: "Facts that were written to the event log, in a second.",
      unit: "ops",
      queries: [{ expr: `sum by (type) (${rate("tutti_events_total")})`, legend: "{{type}}" }],
    }),
    bars({
      title: "Data on disk",
      about: "What each part of the data folder takes.",
      unit: "bytes",
      queries: [{ expr: `sum by (part) (${of("tutti_storage_bytes")})`, legend: "{{part}}" }],
    }),
    chart({
      title: "Memory",
      about: "Of the process, as the system counts it.",
      unit: "bytes",
      queries: [{ expr: of("process_resident_memory_bytes"), legend: "{{instance}}" }],
    }),
    chart({
      title: "Processor",
      about: "Processor time in a second.",
      unit: "percentunit",
      queries: [{ expr: rate("process_cpu_seconds_total"), legend: "{{instance}}" }],
    }),
    chart({
      title: "Delay of the event loop",
      about: "99 of 100 turns come sooner. Above 50 ms something holds the process up.",
      unit: "s",
      queries: [{ expr: of("nodejs_eventloop_lag_p99_seconds"), legend: "{{instance}}" }],
    }),
    chart({
      title: "Telemetry",
      about: "Spans, log records and figures by what became of them. Dropped: there was no room for them.",
      unit: "ops",
      width: 12,
      queries: [{ expr: `sum by (outcome) (${rate("tutti_telemetry_records_total")})`, legend: "{{outcome}}" }],
    }),
    bars({
      title: "Pruned",
      about: "What was removed in the chosen time, by age or because there was too much.",
      unit: "short",
      width: 12,
      queries: [{ expr: `sum by (what) (${added("tutti_storage_pruned_total")})`, legend: "{{what}}" }],
    }),
  ],
});
