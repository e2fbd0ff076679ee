// Traces of real processes, as their stores have them: across commands, HTTP, a kill, and two hosts of one database.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { systemClock } from "../../../src/core/clock.ts";
import { silentLog } from "../../../src/core/log.ts";
import type { RunRecord } from "../../../src/core/step.ts";
import { fromTraceparent, spanIdOf, traceIdOf } from "../../../src/core/trace.ts";
import type { SpanRecord } from "../../../src/observability/record.ts";
import { createTelemetryStore } from "../../../src/observability/store/store.ts";
import type { TelemetryStore } from "../../../src/observability/store/telemetry-store.ts";
import { startUp } from "../../support/daemon.ts";
import { until } from "../../support/command.ts";
import { PostgresServer, postgresServerUnavailable } from "../../support/postgres-server.ts";
import { Project } from "../../support/project.ts";
import { drawn } from "../../support/span-collector.ts";

const outside = { traceId: "5".repeat(32), spanId: "6".repeat(16) };
const traceparent = `00-${outside.traceId}-${outside.spanId}-01`;

const say = (name: string): string =>
  `(await step.shell(${JSON.stringify(name)}, ["sh", "-c", "echo $TRACEPARENT $TRACESTATE"])).stdout.trim()`;

/** What the data folder's store has of a trace; its host has ended. */
async function storedIn(data: string, traceId: string): Promise<readonly SpanRecord[]> {
  await using store = storeIn(data);
  return store.trace(traceId);
}

function storeIn(data: string): TelemetryStore {
  const path = join(data, "tenants", "default", "telemetry.db");
  return createTelemetryStore({ path, clock: systemClock, log: silentLog, sample: 1 });
}

describe("a trace", () => {
  it("that a command is started in goes on in its run and in what the run starts", async () => {
    await using project = new Project();
    project.flow("outer", `return ${say("say")};`);
    const env = { TRACEPARENT: traceparent, TRACESTATE: "vendor=x" };
    const { code, stdout, stderr } = await project.start(["run", "outer", "--json"], { env }).ended;
    assert.equal(code, 0, stderr);
    const run = JSON.parse(stdout) as RunRecord;
    assert.equal(run.output, `00-${outside.traceId}-${spanIdOf(run.id, "say")}-01 vendor=x`);
    const spans = await storedIn(project.data, outside.traceId);
    assert.deepEqual(drawn(spans, { outside: [outside.spanId] }), ["invoke_workflow outer", "  say"]);
    // What began it is never told here.
    await using store = storeIn(project.data);
    const listed = await store.traces({ limit: 10 });
    assert.deepEqual(
      listed.map(({ name, isComplete }) => [name, isComplete]),
      [["invoke_workflow outer", true]],
    );
  });

  it("comes by a header over HTTP, and one that is none is as if it were not there", async () => {
    await using project = new Project();
    project.flow("asked", `return ${say("say")};`);
    const { command, line } = await startUp(project);
    const post = async (header: string): Promise<string> => {
      const answer = await fetch(`${line.url}/api/runs`, {
        method: "POST",
        headers: {
          authorization: `Bearer ${readFileSync(line.tokenFile, "utf8").trim()}`,
          "content-type": "application/json",
          traceparent: header,
        },
        body: JSON.stringify({ flow: "asked" }),
      });
      const { id } = (await answer.json()) as RunRecord;
      return until("the run has ended", async () => {
        const { finishedAt, output } = await project.call<RunRecord>("run.get", { id });
        return finishedAt === null ? null : `${id} ${String(output)}`;
      });
    };
    const [known = "", said = ""] = (await post(traceparent)).split(" ");
    assert.deepEqual(fromTraceparent(said), { traceId: outside.traceId, spanId: spanIdOf(known, "say") });
    const [other = "", own = ""] = (await post("00-nothing")).split(" ");
    assert.deepEqual(fromTraceparent(own), { traceId: traceIdOf(other), spanId: spanIdOf(other, "say") });
    command.signal("SIGTERM");
    await command.ended;
  });

  it("is whole after its host was killed in the middle, each span once", async () => {
    await using project = new Project();
    project.flow(
      "cut",
      `await step.map("each", [1, 2], (item, inner) => inner.run("count", () => later(2)), { concurrency: 1 });
       await step.race("first", { one: (inner) => inner.run("won", () => later(2)) });
       await step.run("slow", async () => { mark("slow"); await opened("go"); });
       return step.run("last", () => 1);`,
    );
    const first = project.start(["run", "cut"]);
    await project.marked("slow");
    await first.kill();
    project.open("go");
    assert.equal((await project.tutti("work", "--until-idle")).code, 0);
    const [run] = await project.json<RunRecord[]>("run", "list");
    assert.equal(run?.status, "succeeded");
    const spans = await storedIn(project.data, traceIdOf(run.id));
    assert.deepEqual(drawn(spans), [
      "invoke_workflow cut",
      "  each",
      "    item",
      "      count",
      "    item",
      "      count",
      "  first",
      "    one",
      "      won",
      "  slow",
      "  last",
    ]);
  });
});

describe("a trace on Postgres", { skip: postgresServerUnavailable() }, () => {
  let server: PostgresServer;
  before(async () => {
    server = await PostgresServer.start();
  });
  after(() => server[Symbol.asyncDispose]());

  it("of a run that two hosts have worked on is one, though each keeps what it has seen", async () => {
    const database = await server.database("hosts");
    await using project = new Project({ env: { TUTTI_DATABASE: database } });
    project.flow(
      "moved",
      `const here = ${say("here")};
       await step.waitFor("go on", { event: "go" });
       return [here, ${say("there")}];`,
    );
    const env = (name: string) => ({ env: { TUTTI_HOME: project.path(name) } });
    const one = project.start(["run", "moved", "--json"], env("one"));
    await one.says(/waits/);
    one.signal("SIGTERM");
    await one.ended;
    const two = project.start(["work"], env("two"));
    await two.says(/Working on the runs/);
    const emitted = await project.start(["event", "emit", "go"], env("three")).ended;
    assert.equal(emitted.code, 0, emitted.stderr);
    const run = await until("the run has ended", async () => {
      const { stdout } = await project.start(["run", "list", "--json"], env("three")).ended;
      const [found] = JSON.parse(stdout) as RunRecord[];
      return found?.status === "succeeded" ? found : null;
    });
    two.signal("SIGTERM");
    await two.ended;
    const traceId = traceIdOf(run.id);
    const spans = (await Promise.all(["one", "two"].map((name) => storedIn(project.path(name), traceId)))).flat();
    assert.deepEqual(drawn(spans), ["invoke_workflow moved", "  here", "  go on", "  there"]);
  });
});
