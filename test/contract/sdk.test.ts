// The client against the real server over the real product.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { createTutti, type Tutti, type TuttiEvent } from "../../src/sdk/index.ts";
import { until } from "../support/command.ts";
import { openSdkHost, type SdkHost } from "./sdk-host.ts";

describe("the client of a real host", { timeout: 120_000 }, () => {
  let host: SdkHost;
  let tutti: Tutti;

  before(async () => {
    host = await openSdkHost();
    tutti = createTutti({ url: host.server.url, token: host.token });
  });
  after(() => host[Symbol.asyncDispose]());

  const greet = async (name: string) =>
    tutti.run.watch((await tutti.run.start({ flow: "greet", input: { name } })).id).result;

  it("starts a run, follows it and reads it", async () => {
    const { id } = await tutti.run.start({ flow: "greet", input: { name: "Ada" } });
    const steps: string[] = [];
    const watch = tutti.run.watch(id);
    for await (const event of watch) if (event.type === "step") steps.push(`${event.step.key} ${event.step.status}`);
    assert.ok(steps.includes("greet succeeded"));
    assert.deepEqual((await watch.result).output, { text: "Hello, Ada" });
    assert.equal((await tutti.run.get(id)).status, "succeeded");
  });

  it("goes through a list page by page", async () => {
    for (let count = 0; count < 6; count++) await greet(`${count}`);
    const whole = await tutti.run.list({ flow: "greet" });
    const sizes: number[] = [];
    const ids: string[] = [];
    for await (const page of tutti.run.list.pages({ flow: "greet", limit: 3 })) {
      sizes.push(page.length);
      ids.push(...page.map(({ id }) => id));
    }
    assert.deepEqual(
      ids,
      whole.map(({ id }) => id),
    );
    assert.deepEqual(sizes.slice(0, 2), [3, 3]);
  });

  it("throws the errors of the catalogue", async () => {
    await assert.rejects(tutti.run.get("run_0"), { name: "TuttiError", code: "run.missing" });
    await assert.rejects(tutti.run.list({ limit: 0 }), { code: "usage.invalid" });
    const stranger = createTutti({ url: host.server.url, token: "wrong" });
    await assert.rejects(stranger.run.list(), { code: "access.denied" });
    await assert.rejects(stranger.events().next(), { code: "access.denied" });
  });

  it("reads every event once and in order, whatever becomes of the server meanwhile", async () => {
    const leave = new AbortController();
    const events: TuttiEvent[] = [];
    const reading = (async () => {
      for await (const event of tutti.events({ after: 0, signal: leave.signal })) events.push(event);
    })();
    for (let life = 0; life < 3; life++) {
      await greet(`before ${life}`);
      await host.stopServer();
      const flow = await host.app.engine.control.start({ flow: "greet", input: { name: "meanwhile" } });
      await until(
        "a run has ended without a server",
        async () => (await host.app.engine.store.record(flow)).finishedAt,
      );
      await host.startServer();
    }
    await greet("the last one");
    const stored = (await tutti.event.list({ after: 0, limit: 1_000 })).map(({ sequence }) => sequence);
    await until("all events are read", () => events.length >= stored.length);
    leave.abort();
    await reading;
    assert.deepEqual(
      events.map(({ sequence }) => sequence),
      stored,
    );
    assert.ok(stored.length > 30);
  });

  it("begins with what happens from now on, unless told where", async () => {
    const before = (await tutti.event.list({ limit: 1 }))[0]?.sequence ?? 0;
    const stream = tutti.events({ types: ["tutti.run.*"] });
    const read: TuttiEvent[] = [];
    const reading = stream.next().then(({ value }) => value && read.push(value));
    // Nothing says that the stream stands but an event that comes through it.
    while (read.length === 0) await greet("now");
    await reading;
    await stream.return();
    assert.ok((read[0]?.sequence ?? 0) > before);
    assert.match(read[0]?.type ?? "", /^tutti\.run\./);
  });
});
