import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { seededRandom } from "../../../src/core/random.ts";
import { readEvents } from "../../../src/sdk/events.ts";
import { fetchTransport } from "../../../src/sdk/fetch-transport.ts";
import { createTutti, type TuttiEvent } from "../../../src/sdk/index.ts";
import { until } from "../../support/command.ts";
import { EventHost, frame } from "./event-host.ts";
import { collectGarbage } from "./garbage.ts";
import { problem, serve } from "./web-host.ts";

const sequences = (events: readonly TuttiEvent[]): (number | undefined)[] => events.map(({ sequence }) => sequence);
const oneTo = (last: number): number[] => Array.from({ length: last }, (_, index) => index + 1);

/** Reads on while the test goes on; leaving the scope ends it. */
function follow(url: string, options: Parameters<ReturnType<typeof createTutti>["events"]>[0] = {}) {
  const leave = new AbortController();
  const events: TuttiEvent[] = [];
  const states: string[] = [];
  const ended = (async () => {
    const stream = createTutti({ url, token: "secret" }).events({
      ...options,
      signal: leave.signal,
      onConnection: (state) => states.push(state),
    });
    for await (const event of stream) events.push(event);
  })();
  return {
    events,
    states,
    ended,
    leave: () => leave.abort(),
    has: (count: number) => until(`${count} events are read`, () => events.length >= count),
    async [Symbol.asyncDispose]() {
      leave.abort();
      await ended;
    },
  };
}

describe("the events of the SDK", () => {
  it("come in order, from where they are asked for, and go on as they happen", async () => {
    await using host = await new EventHost().start();
    for (let index = 0; index < 5; index++) host.emit();
    await using reader = follow(host.url, { after: 2, run: "run_1", types: ["tutti.run.*", "mine"] });
    await reader.has(3);
    host.emit();
    await reader.has(4);
    assert.deepEqual(sequences(reader.events), [3, 4, 5, 6]);
    const [{ path, headers } = { path: "", headers: {} }] = host.heard;
    assert.equal(path, "/api/events/stream?after=2&run=run_1&types=tutti.run.*%2Cmine");
    assert.equal(headers["authorization"], "Bearer secret");
    assert.equal(headers.accept, "text/event-stream");
  });

  it("are neither lost nor doubled by a host that dies and comes back on the same port", async () => {
    const random = seededRandom(7);
    await using host = await new EventHost().start();
    await using reader = follow(host.url, { after: 0 });
    for (let life = 0; life < 6; life++) {
      await until("somebody reads", () => host.readers === 1);
      for (let count = Math.floor(random() * 20); count > 0; count--) host.emit();
      // The last words are cut: an event that is stored, but was not told to its end.
      const next = frame({ sequence: host.log.length + 1, type: "tutti.made.up" });
      const cut = next.slice(0, Math.floor(random() * next.length));
      await host.die(cut);
      host.emit();
      host.emit();
      await host.start();
    }
    const all = host.log.length;
    await reader.has(all);
    host.emit();
    await reader.has(all + 1);
    assert.deepEqual(sequences(reader.events), oneTo(all + 1));
    assert.deepEqual(reader.states.slice(0, 4), ["open", "lost", "open", "lost"]);
  });

  it("begin where the host says, so that a cut before the first one loses none", async () => {
    await using host = await new EventHost().start();
    for (let index = 0; index < 3; index++) host.emit();
    await using reader = follow(host.url, { run: "run_1" });
    await until("somebody reads", () => host.readers === 1);
    // Not stored, so it says nothing of where the reader is; but once it is read, so is what came before it.
    host.say('data: {"live":{"key":"draft","type":"live","data":"a token"}}\n\n');
    await reader.has(1);
    await host.die();
    host.emit();
    await host.start();
    await reader.has(2);
    assert.equal(host.heard[0]?.headers["last-event-id"], undefined);
    assert.equal(host.heard.at(-1)?.headers["last-event-id"], "3");
    assert.equal(reader.events[1]?.sequence, 4);
  });

  it("that the host tells twice come once", async () => {
    await using host = await new EventHost().start();
    host.emit();
    await using reader = follow(host.url, { after: 0 });
    await reader.has(1);
    host.say(host.log.map(frame).join(""));
    host.emit();
    await reader.has(2);
    assert.deepEqual(sequences(reader.events), [1, 2]);
  });

  it("say so where the reader was too slow, and go on behind what it has missed", async () => {
    await using host = await new EventHost().start();
    await using reader = follow(host.url, { after: 0 });
    await until("somebody reads", () => host.readers === 1);
    for (let index = 0; index < 9; index++) host.log.push({ sequence: index + 1, type: "tutti.made.up" });
    host.say('id: 9\nevent: resync\ndata: {"latest":9}\n\n');
    await reader.has(1);
    await host.die();
    host.emit();
    await host.start();
    await reader.has(2);
    assert.deepEqual(reader.events[0], { type: "resync", latest: 9 });
    assert.equal(reader.events[1]?.sequence, 10);
    assert.equal(host.heard.at(-1)?.headers["last-event-id"], "9");
  });

  it("bring what a run tells and nobody stores", async () => {
    await using host = await new EventHost().start();
    await using reader = follow(host.url, { after: 0, run: "run_1" });
    await until("somebody reads", () => host.readers === 1);
    host.say('data: {"live":{"key":"draft","type":"live","data":"a token"}}\n\n');
    await reader.has(1);
    assert.deepEqual(reader.events[0]?.live, { key: "draft", type: "live", data: "a token" });
  });

  it("wait for a host that is not there yet", async () => {
    await using host = await new EventHost().start();
    await host.die();
    host.emit();
    await using reader = follow(host.url, { after: 0 });
    await until("it was tried", () => reader.states.length >= 2);
    await host.start();
    await reader.has(1);
    assert.deepEqual(sequences(reader.events), [1]);
  });

  it("go on after a host that says that it ends, or that it is overworked", async () => {
    await using host = await serve((_heard, response, times) => {
      if (times === 2) return problem(response, 503, { code: "server.busy", headers: { "retry-after": "0" } });
      response.writeHead(200, { "content-type": "text/event-stream" });
      if (times === 1) return void response.end(`${frame({ sequence: 1, type: "a" })}event: closing\ndata: {}\n\n`);
      if (times === 3)
        return void response.end('event: error\ndata: {"code":"storage.locked","message":"in a moment"}\n\n');
      return void response.write(frame({ sequence: 2, type: "b" }));
    });
    await using reader = follow(host.url, { after: 0 });
    await reader.has(2);
    assert.deepEqual(sequences(reader.events), [1, 2]);
    assert.equal(host.heard.length, 4);
  });

  for (const [what, status, code] of [
    ["a wrong token", 401, "access.denied"],
    ["an input that is none", 400, "usage.invalid"],
  ] as const) {
    it(`end with an error that does not pass: ${what}`, async () => {
      await using host = await serve((_heard, response) => problem(response, status, { code, detail: "that is it" }));
      await assert.rejects(follow(host.url).ended, /that is it/);
      assert.equal(host.heard.length, 1);
    });
  }

  it("end with an error where the address answers pages instead of events", async () => {
    await using host = await serve((_heard, response) => response.end("<h1>Welcome</h1>"));
    await assert.rejects(follow(host.url).ended, /no stream of events/);
  });

  it("end the request when the loop is left", async () => {
    await using host = await new EventHost().start();
    host.emit();
    for await (const { sequence } of createTutti({ url: host.url }).events({ after: 0 })) {
      assert.equal(sequence, 1);
      break;
    }
    await until("nobody reads", () => host.readers === 0);
  });

  it("end by their signal also when the request was collected as garbage meanwhile", { timeout: 20_000 }, async () => {
    await using host = await new EventHost().start();
    host.emit();
    await using reader = follow(host.url, { after: 0 });
    await reader.has(1);
    await collectGarbage();
    reader.leave();
    await reader.ended;
  });

  it("give up a connection that gives no sign of life, and make another", async () => {
    await using host = await new EventHost().start();
    host.emit();
    const leave = new AbortController();
    const events = readEvents(
      {
        transport: fetchTransport(fetch, "the host"),
        host: "the host",
        request: { base: host.url },
        random: () => 0,
        silentMs: 50,
      },
      { after: 0, signal: leave.signal },
    );
    assert.equal((await events.next()).value?.sequence, 1);
    const next = events.next();
    await until("it was asked again", () => host.heard.length >= 3);
    host.emit();
    assert.equal((await next).value?.sequence, 2);
    leave.abort();
    assert.equal((await events.next()).done, true);
  });
});
