import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { describe, it } from "node:test";
import { createActivity } from "../../../src/cli/activity.ts";
import { formatBytes } from "../../../src/core/byte-size.ts";
import { createOutput } from "../../../src/cli/output.ts";
import { createModels, modelsSettings } from "../../../src/models/capability.ts";
import { openSqlite } from "../../../src/storage/sqlite.ts";
import { startOllamaServer, type OllamaServer, type OllamaServerOptions } from "../../support/ollama-server.ts";
import { callTutti, type Called, type FakeOptions } from "./fake-product.ts";

describe("models remove", () => {
  const remove = "models remove old:1b";

  it("is not done by a script that does not say --yes", async () => {
    await using place = await openPlace();
    for (const words of [remove, `${remove} --no-input`, `${remove} --json`]) {
      const { code, stdout, stderr } = await place.tutti(words);
      assert.equal(code, 3, words);
      assert.match(stdout + stderr, /needs a yes: Delete the files of old:1b.*add --yes/s);
    }
    assert.deepEqual(place.deletions(), []);
  });

  it("is done with --yes, and says what is gone", async () => {
    await using place = await openPlace();
    const { code, stdout } = await place.tutti(`${remove} --yes`);
    assert.deepEqual([code, stdout], [0, "ollama/old:1b is deleted  550 kB\n"]);
    assert.equal(place.deletions().length, 1);
  });

  it("asks on a terminal, and takes only a yes for a yes", async () => {
    await using place = await openPlace();
    for (const answer of ["n\n", "\n", "maybe\n"]) {
      const { code, stderr } = await place.tutti(remove, { isTerminal: true, stdin: [answer] });
      assert.equal(code, 2, answer);
      assert.match(stderr, /Delete the files of old:1b from the model server\? \[y\/N\] .*Nothing was done\./s);
    }
    assert.deepEqual(place.deletions(), []);
    assert.equal((await place.tutti(remove, { isTerminal: true, stdin: ["yes\n"] })).code, 0);
    assert.equal(place.deletions().length, 1);
  });
});

describe("models pull", () => {
  it("says a line for each change where nobody looks, and prints one value", async () => {
    await using place = await openPlace();
    place.serve({});
    const { code, stdout, stderr, connects } = await place.tutti("models pull big:7b --json");
    assert.equal(code, 0);
    assert.equal((JSON.parse(stdout) as { model: string }).model, "ollama/big:7b");
    const [first, second, ...more] = stderr.trim().split("\n");
    assert.equal(first, "pulling manifest");
    assert.match(second ?? "", /^eeeeeeeeeeee {2}10 %, 400 kB of 4 MB/);
    assert.deepEqual(more.slice(-3), ["verifying the hash of every layer", "writing manifest", "success"]);
    assert.equal(connects.length, 0, "no data folder is needed for it");
  });

  it("says how to probe what came", async () => {
    await using place = await openPlace();
    place.serve({});
    const { stdout } = await place.tutti("models pull big:7b");
    assert.match(stdout, /^✓ ollama\/big:7b is there now {2}4 MB in .*, every layer verified\n {2}digest {2}dddd/);
    assert.match(stdout, /next {4}tutti models probe big:7b/);
    assert.match((await place.tutti("models pull big:7b")).stdout, /was there already, and is the newest/);
  });

  it("ends with Ctrl-C and says that the same command goes on", async () => {
    await using place = await openPlace();
    place.serve({ hang: true });
    const signals = new EventEmitter();
    const pulling = place.tutti("models pull big:7b", { signals });
    await place.requested("POST /api/pull");
    signals.emit("SIGINT", "SIGINT");
    const { code, stderr } = await pulling;
    assert.equal(code, 130);
    assert.match(stderr, /What came is kept: the same command goes on from there\./);
    await place.server.abandoned();
  });

  it("says in its help who goes online", async () => {
    await using place = await openPlace();
    assert.match(
      (await place.tutti("models pull --help")).stdout,
      /the model server goes online for it, Tutti does not/,
    );
  });
});

describe("models list, show and probe", () => {
  it("print tables and pages for people", async () => {
    await using place = await openPlace();
    const list = (await place.tutti("models list")).stdout.split("\n");
    assert.match(list[0] ?? "", /^model +size +context +loaded +probed +can$/);
    assert.match(list[1] ?? "", /^tiny-chat +550 kB +32768 +no +– +completion, tools$/);
    assert.match((await place.tutti("models show tiny-chat")).stdout, /never probed; .* tutti models probe tiny-chat/);
    const probe = await place.tutti("models probe tiny-chat");
    assert.match(probe.stdout, /tools {7}did not call the one/);
    assert.match(probe.stdout, /schemas {5}kept when streamed, kept in one piece/);
    assert.match(probe.stderr, /^1\/10 load$/m);
    assert.match((await place.tutti("models show tiny-chat")).stdout, /probe of ollama\/tiny-chat:latest/);
    place.server.setModels([{ name: "tiny-chat", digest: "f".repeat(64) }]);
    assert.match((await place.tutti("models list")).stdout, /changed since/);
    assert.match((await place.tutti("models show tiny-chat")).stdout, /! changed since: tutti models probe tiny-chat/);
  });

  it("name the model that was meant", async () => {
    await using place = await openPlace();
    const { code, stderr } = await place.tutti("models show tinychat");
    assert.equal(code, 3);
    assert.match(stderr, /Did you mean tiny-chat\?/);
  });
});

describe("an activity on a terminal", () => {
  it("is one line with a bar, speed and time left, and gone at the end", () => {
    const { activity, lines } = liveActivity();
    activity.take({ type: "stage", text: "pulling manifest" });
    activity.take({ ...transfer, doneBytes: 2_500_000_000, bytesPerSecond: 25_000_000, etaMs: 300_000 });
    activity.stop();
    const shown = lines();
    assert.match(shown, /◐ pulling manifest/);
    assert.match(shown, /██████░░░░░░░░░░░░░░░░░░ 25 %, 2\.5 GB of 10\.0 GB, 25 MB\/s, 5 min left eeeeeeeeeeee/);
    assert.ok(shown.endsWith("\r\u001B[2K"), "nothing is left behind");
    assert.ok(!shown.includes("\n"), "one line, redrawn");
  });

  it("shows no speed and no time that it does not know", () => {
    const { activity, lines } = liveActivity();
    activity.take({ ...transfer, doneBytes: 0, bytesPerSecond: null, etaMs: null });
    activity.take("something else");
    activity.stop();
    assert.match(lines(), /0 %, 0 B of 10\.0 GB eeeeeeeeeeee/);
  });
});

it("sizes are told in powers of a thousand", () => {
  const sizes = [0, 999, 1_000, 550_109, 999_600, 45_949_792, 2_019_393_189].map(formatBytes);
  assert.deepEqual(sizes, ["0 B", "999 B", "1 kB", "550 kB", "1 MB", "46 MB", "2.0 GB"]);
});

const transfer = { type: "transfer", text: "eeeeeeeeeeee", totalBytes: 10_000_000_000 };

function liveActivity() {
  let text = "";
  const stderr = { isTTY: true, columns: 120, write: (words: string) => (text += words) };
  const streams = { stdout: { write: () => undefined }, stderr };
  const activity = createActivity(createOutput({ isQuiet: false, color: "never", environment: {}, streams }));
  return { activity, lines: () => text };
}

interface Place extends AsyncDisposable {
  readonly server: OllamaServer;
  tutti(words: string, options?: FakeOptions): Promise<Called>;
  /** Lets the registry have `big:7b`. */
  serve(how: { readonly hang?: boolean }): void;
  deletions(): readonly string[];
  /** Resolves when the server has been asked this. */
  requested(route: string): Promise<void>;
}

async function openPlace(): Promise<Place> {
  const models: NonNullable<OllamaServerOptions["models"]> = ["tiny-chat", "old:1b"];
  const server = await startOllamaServer({ models });
  const database = openSqlite({ path: ":memory:" });
  const room = createModels({ settings: modelsSettings.parse({ host: server.url }), database });
  await database.migrate([{ room: "models", migrations: room.migrations }]);
  return {
    server,
    tutti: (words, options) => callTutti(words.split(" "), room.operations, options),
    serve({ hang = false }) {
      const layers = [{ digest: `sha256:${"e".repeat(64)}`, size: 4_000_000 }];
      server.setRegistry({ "big:7b": { layers, digest: "d".repeat(64), hang } });
    },
    deletions: () => server.requests.filter((route) => route.startsWith("DELETE")),
    async requested(route) {
      while (!server.requests.includes(route)) await new Promise((resolve) => setImmediate(resolve));
    },
    async [Symbol.asyncDispose]() {
      await server.close();
      await database[Symbol.asyncDispose]();
    },
  };
}
