import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Kysely } from "kysely";
import { systemClock, type Clock } from "../../src/core/clock.ts";
import type { MetricSource } from "../../src/core/metric.ts";
import type { EngineTables } from "../../src/engine/run-table.ts";
import { runMetrics } from "../../src/engine/read/metric.ts";
import { createEvents } from "../../src/events/capability.ts";
import type { Step } from "../../src/index.ts";
import { createScriptedModel } from "../../src/models/scripted.ts";
import { reviewMetrics } from "../../src/review/metric.ts";
import { toStatement, type Database } from "../../src/storage/database.ts";
import { costFlow, openCostEngine, type CostEngine } from "./cost-case.ts";

/** What the rooms tell of themselves, from what is stored. */
export function roomMetricContract(
  name: string,
  openDatabase: () => Promise<Database>,
  { skip = false }: { readonly skip?: string | false } = {},
): void {
  describe(`figures of the rooms on ${name}`, { skip }, () => {
    const model = createScriptedModel({ name: "scripted/a", answers: () => "one two three" });
    const open = async (): Promise<CostEngine> => openCostEngine(await openDatabase(), { models: [model] });

    test("are the runs that have not ended, by state, and how long the oldest waits for its beginning", async () => {
      await using engine = await open();
      const source = runMetrics({ database: engine.database, clock: clockAt(100_000) });
      assert.deepEqual(await figures(source), {
        "tutti_runs_open queued": 0,
        "tutti_runs_open running": 0,
        "tutti_runs_open waiting": 0,
        "tutti_runs_open paused": 0,
        "tutti_queue_age_seconds ": 0,
      });
      await store(engine.database, { id: "run_b", status: "queued", created_at: 40_000 });
      await store(engine.database, { id: "run_a", status: "queued", created_at: 10_000, started_at: 20_000 });
      await store(engine.database, { id: "run_c", status: "waiting", created_at: 1, started_at: 2 });
      await store(engine.database, { id: "run_d", status: "failed", created_at: 1, started_at: 2 });
      assert.deepEqual(await figures(source), {
        "tutti_runs_open queued": 2,
        "tutti_runs_open running": 0,
        "tutti_runs_open waiting": 1,
        "tutti_runs_open paused": 0,
        "tutti_queue_age_seconds ": 60,
      });
    });

    test("are the questions that wait for a human, and for how long", async () => {
      await using engine = await open();
      const source = reviewMetrics({ database: engine.database, clock: systemClock });
      assert.deepEqual(await figures(source), { "tutti_reviews_open ": 0, "tutti_review_oldest_seconds ": 0 });
      const asking = costFlow(async (step: Step) => step.review("ok", { title: "Is it?" }));
      const id = await engine.start(asking);
      await engine.until(id, "waiting");
      const later = reviewMetrics({ database: engine.database, clock: clockAt(Date.now() + 90_000) });
      const { "tutti_reviews_open ": count, "tutti_review_oldest_seconds ": age = 0 } = await figures(later);
      assert.equal(count, 1);
      assert.ok(age >= 90 && age < 150, String(age));
    });

    test("are the shares of budgets that are used", async () => {
      await using engine = await open();
      const { metrics } = engine.cost();
      assert.ok(metrics);
      await engine.op("budget.set", { name: "four", window: "total", calls: 4 });
      await engine.op("budget.set", { name: "idle", scope: "flow", of: "nobody", window: "day", calls: 5 });
      const calling = costFlow(async (step: Step) => step.model("a", { prompt: "say it", model: "scripted/a" }));
      assert.equal((await engine.run(calling)).status, "succeeded");
      assert.deepEqual(await figures(metrics), {
        "tutti_budget_used_ratio four": 0.25,
        "tutti_budget_used_ratio idle": 0,
      });
    });

    test("are the events that were stored since somebody looks, by type", async () => {
      await using engine = await open();
      const { log, metrics } = createEvents({ database: engine.database, clock: systemClock });
      assert.ok(metrics);
      const append = (type: string) => engine.database.write([log.append({ type, subject: "s", at: 1, data: {} })]);
      await append("tutti.before");
      assert.deepEqual(await figures(metrics), {});
      for (const type of ["tutti.a", "tutti.a", "tutti.b"]) await append(type);
      assert.deepEqual(await figures(metrics), { "tutti_events_total tutti.a": 2, "tutti_events_total tutti.b": 1 });
      await append("tutti.a");
      assert.deepEqual(await figures(metrics), { "tutti_events_total tutti.a": 3, "tutti_events_total tutti.b": 1 });
    });
  });
}

/** By family and the value of its label. */
export async function figures({ look }: MetricSource): Promise<Record<string, number>> {
  assert.ok(look);
  const looked = await look(new AbortController().signal);
  return Object.fromEntries(
    looked.flatMap(({ family, samples }) =>
      samples.map(({ labels, value }) => [`${family.name} ${Object.values(labels).join(",")}`, value]),
    ),
  );
}

function clockAt(now: number): Clock {
  return { now: () => now, after: () => () => undefined };
}

interface StoredRun {
  readonly id: string;
  readonly status: string;
  readonly created_at: number;
  readonly started_at?: number;
}

async function store(database: Database, run: StoredRun): Promise<void> {
  const build = database.build as unknown as Kysely<EngineTables>;
  const rest = { flow: "f", seed: 1, priority: 0, epoch: 0, wake: 0, seq: 0, deaths: 0 };
  await database.write([toStatement(build.insertInto("runs").values({ ...rest, ...run }))]);
}
