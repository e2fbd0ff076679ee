import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { TuttiError } from "../../src/core/error.ts";
import type { ModelKeeper, PullStatus } from "../../src/models/keeper.ts";

/** A server to hold against the contract. It has `tiny-chat`, a chat model that cannot think, and `all-minilm`, an embedder. */
export interface ModelKeeperFixture extends AsyncDisposable {
  readonly keeper: Required<ModelKeeper>;
  /** A model that the server does not have and its registry does. */
  readonly pullable: string;
  /** Lets a pull stop in the middle of its first layer, or go on. */
  hangAtHalf(isHanging: boolean): void;
  copy(from: string, to: string): Promise<void>;
}

/** What every ModelKeeper promises. */
export function modelKeeperContract(
  name: string,
  open: () => Promise<ModelKeeperFixture>,
  { skip = false }: { readonly skip?: string | false } = {},
): void {
  describe(`model keeper contract: ${name}`, { skip, timeout: 60_000 }, () => {
    test("one model has one name and one digest, however it is written", async () => {
      await using fixture = await open();
      const { keeper } = fixture;
      assert.equal(keeper.canonical("tiny-chat"), "tiny-chat:latest");
      assert.equal(keeper.canonical("http://127.0.0.1:5000/library/own"), "127.0.0.1:5000/library/own:latest");
      const digest = await keeper.digest("tiny-chat", unaborted());
      assert.match(digest, /^[0-9a-f]{64}$/);
      assert.equal(await keeper.digest("Tiny-Chat:latest", unaborted()), digest);
      assert.notEqual(await keeper.digest("all-minilm", unaborted()), digest);
    });

    test("a model is shown with its kind, size, context and digest", async () => {
      await using fixture = await open();
      const { keeper } = fixture;
      const chat = await keeper.show("tiny-chat", unaborted());
      assert.deepEqual([chat.kind, chat.contextLength, chat.family, chat.remoteHost], ["chat", 32_768, "llama", null]);
      assert.ok((chat.sizeBytes ?? 0) > 100_000);
      assert.equal(chat.digest, await keeper.digest("tiny-chat", unaborted()));
      assert.ok(chat.parameters.includes("num_ctx 2048"), chat.parameters.join());
      assert.equal((await keeper.show("all-minilm", unaborted())).kind, "embedding");
    });

    test("what is not there is missing, whatever is asked of it", async () => {
      await using fixture = await open();
      const { keeper } = fixture;
      await assert.rejects(keeper.show("not-there", unaborted()), hasCode("model.missing"));
      await assert.rejects(keeper.digest("not-there", unaborted()), hasCode("model.missing"));
      await assert.rejects(keeper.remove("not-there", unaborted()), hasCode("model.missing"));
      await assert.rejects(keeper.probe("not-there").describe(unaborted()), hasCode("model.missing"));
    });

    test("a removed copy is gone, and the model that it was of stays", async () => {
      await using fixture = await open();
      const { keeper } = fixture;
      const copy = `copy-${process.pid}`;
      await fixture.copy("all-minilm", copy);
      const { digest } = await keeper.remove(copy, unaborted());
      assert.equal(digest, await keeper.digest("all-minilm", unaborted()));
      await assert.rejects(keeper.digest(copy, unaborted()), hasCode("model.missing"));
      await assert.rejects(keeper.remove(copy, unaborted()), hasCode("model.missing"));
    });

    test("a pull tells its layers, verifies them, and ends with the model there", async () => {
      await using fixture = await open();
      const { keeper, pullable } = fixture;
      const statuses = await pull(fixture);
      try {
        const layers = statuses.flatMap((status) => (status.kind === "layer" ? [status.layer] : []));
        const [first] = layers;
        assert.ok(first && first.totalBytes > 0 && first.digest.startsWith("sha256:"));
        const ends = Map.groupBy(layers, ({ digest }) => digest).values();
        for (const layer of ends) assert.equal(layer.at(-1)?.doneBytes, layer.at(-1)?.totalBytes);
        assert.ok(statuses.some(({ kind }) => kind === "verifying"));
        assert.match(await keeper.digest(pullable, unaborted()), /^[0-9a-f]{64}$/);
      } finally {
        await keeper.remove(pullable, unaborted());
      }
    });

    test("an aborted pull keeps what came, and the next one goes on from there", async () => {
      await using fixture = await open();
      const { keeper, pullable } = fixture;
      fixture.hangAtHalf(true);
      const abort = new AbortController();
      let reachedBytes = 0;
      const aborted = pull(fixture, abort.signal, (status) => {
        if (status.kind !== "layer") return;
        reachedBytes = status.layer.doneBytes;
        if (reachedBytes * 2.2 >= status.layer.totalBytes) abort.abort("enough");
      });
      await assert.rejects(aborted, (error) => hasCode("model.aborted")(error) && error.cause === "enough");
      fixture.hangAtHalf(false);
      const statuses = await pull(fixture);
      try {
        const [first] = statuses.flatMap((status) => (status.kind === "layer" ? [status.layer] : []));
        // What was on its way when the line was cut is counted again.
        assert.ok((first?.doneBytes ?? 0) >= reachedBytes * 0.9, `${first?.doneBytes} after ${reachedBytes}`);
      } finally {
        await keeper.remove(pullable, unaborted());
      }
    });

    test("a pull says whether the name is wrong, the model unknown, or the registry not to be reached", async () => {
      await using fixture = await open();
      const { pullable } = fixture;
      const end = async (name: string): Promise<void> => {
        await pull({ ...fixture, pullable: name });
      };
      await assert.rejects(end("no name"), hasCode("usage.invalid"));
      await assert.rejects(end(pullable.replace("pulled", "unknown")), hasCode("model.missing"));
    });

    test("a probe's questions are put as they are asked", async () => {
      await using fixture = await open();
      const target = fixture.keeper.probe("tiny-chat");
      const subject = await target.describe(unaborted());
      assert.deepEqual([subject.kind, subject.contextAsked], ["chat", 8_192]);
      const question = { prompt: "a long story", maxTokens: 3 };
      for (const isStreamed of [true, false]) {
        const reply = await target.ask({ ...question, isStreamed }, unaborted());
        assert.ok(reply.text.length > 0 && reply.promptTokens > 0);
        assert.deepEqual([reply.isCut, reply.outputTokens], [true, 3]);
        assert.equal(reply.firstTokenMs === undefined, !isStreamed);
      }
      assert.equal(await target.contextGranted(unaborted()), 8_192);
      await target.unload(unaborted());
      await assert.rejects(
        target.ask({ ...question, think: true, isStreamed: true }, unaborted()),
        (error) => hasCode("model.bad_answer")(error) && (error.data as { status: number }).status === 400,
      );
      const embedding = await fixture.keeper.probe("all-minilm").embed("hello", unaborted());
      assert.deepEqual([embedding.dimensions, embedding.inputTokens > 0], [384, true]);
    });
  });
}

async function pull(
  { keeper, pullable }: ModelKeeperFixture,
  signal: AbortSignal = unaborted(),
  onStatus?: (status: PullStatus) => void,
): Promise<PullStatus[]> {
  const statuses: PullStatus[] = [];
  for await (const status of keeper.pull(pullable, { signal, isInsecure: true })) {
    statuses.push(status);
    onStatus?.(status);
  }
  return statuses;
}

function hasCode(code: string): (error: unknown) => error is TuttiError {
  return (error): error is TuttiError => error instanceof TuttiError && error.code === code;
}

function unaborted(): AbortSignal {
  return new AbortController().signal;
}
