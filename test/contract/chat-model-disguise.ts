import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ChatMessage, ChatModel } from "../../src/models/chat-model.ts";
import { ask, failure, steady, user } from "./chat-model.ts";
import { overflowData, short, type OverflowFixture, type OverflowFixtureOptions } from "./chat-model-overflow.ts";

/** The forms in which an Ollama says, or hides, that a prompt did not fit. */
export function disguiseContract(
  name: string,
  open: (options?: OverflowFixtureOptions) => Promise<OverflowFixture>,
  skip: string | false = false,
): void {
  describe(`overflow disguises: ${name}`, { skip, timeout: 300_000 }, () => {
    test("status 400", async () => {
      await using fixture = await open();
      const error = await failure(fixture.model, { messages: [user(fixture.text(600))], options: short });
      assert.equal(overflowData(error).kind, "refused");
      assert.match(error.message, /does not fit the context of ollama\/tiny-chat, which has 512: .*context length/);
    });

    test("an answer that ends by length before maxTokens", async () => {
      await using fixture = await open();
      const messages = [user(`${fixture.text(450)} a long story`)];
      const error = await failure(fixture.model, { messages, options: { maxTokens: 200, ...steady } });
      const { kind, used = 0 } = overflowData(error);
      assert.equal(kind, "answer");
      assert.ok(used >= 511, String(used));
    });

    test("a prompt beyond the step's own numCtx that the server has room for", async () => {
      await using fixture = await open();
      const options = { ...short, numCtx: 200 };
      const { kind, used = 0 } = overflowData(
        await failure(fixture.model, { messages: [user(fixture.text(300))], options }),
      );
      assert.equal(kind, "limit");
      assert.ok(used > 300);
    });

    test("a server that cuts a long prompt in silence, once what it counts is known", async () => {
      await using fixture = await open({ fetch: forgetful });
      await teach(fixture);
      const { kind, used = 0 } = overflowData(
        await failure(fixture.model, { messages: [user(fixture.text(600))], options: short }),
      );
      assert.equal(kind, "cut");
      assert.ok(used <= 512, String(used));
    });

    test("a server that drops old turns in silence", async () => {
      await using fixture = await open({ fetch: forgetful });
      await teach(fixture);
      const old = [1, 2].map((): ChatMessage => ({ role: "assistant", content: fixture.text(260) }));
      const messages = [user("the goal"), ...old, user("go on")];
      assert.equal(overflowData(await failure(fixture.model, { messages, options: short })).kind, "cut");
    });

    test("what a server cuts in silence is compacted all the same", async () => {
      await using fixture = await open({ fetch: forgetful });
      await teach(fixture);
      const history = Array.from({ length: 8 }, (): ChatMessage => ({ role: "user", content: fixture.text(100) }));
      const answer = await ask(fixture.model, {
        messages: [user("the goal"), ...history],
        options: short,
        onOverflow: "compact",
      });
      assert.ok((answer.compacted?.messages ?? 0) >= 4, JSON.stringify(answer.compacted));
    });

    test("an honest count near half of the context, or near all of it, is no cut", async () => {
      await using fixture = await open();
      for (const tokens of [235, 480]) {
        const answer = await ask(fixture.model, { messages: [user(fixture.text(tokens))], options: short });
        assert.ok(Math.abs(answer.usage.inputTokens - tokens) < 30, `${answer.usage.inputTokens} of ${tokens}`);
      }
    });

    test("after a few answers the estimate is near what the server would count", async () => {
      await using fixture = await open();
      await teach(fixture);
      const { likely, low, high } = overflowData(
        await failure(fixture.model, { messages: [user(fixture.text(2_000))] }),
      ).estimated;
      assert.ok(Math.abs(likely - 2_000) < 200, `${likely}`);
      assert.ok(low < 2_000 && high > 2_000 && high / low < 2.3, `${low} to ${high}`);
    });

    test("a context that memory has no room for does not grow", async () => {
      await using fixture = await open({ availableBytes: () => 500_000 });
      const request = { messages: [user(fixture.text(600))], options: short, onOverflow: "grow" as const };
      const error = await failure(fixture.model, request);
      assert.equal(overflowData(error).limit, 512);
      assert.match(error.message, /cannot grow: its cache would take 0\.8 MB more, and 0\.5 MB are free/);
    });

    test("models.maxNumCtx is never outgrown", async () => {
      await using fixture = await open({ maxNumCtx: 1_000 });
      const grow = (tokens: number): Parameters<ChatModel["chat"]>[0] => ({
        messages: [user(fixture.text(tokens))],
        options: short,
        onOverflow: "grow",
      });
      assert.deepEqual((await ask(fixture.model, grow(600))).grown, { from: 512, to: 1_000 });
      const error = await failure(fixture.model, grow(1_200));
      assert.match(error.message, /cannot grow: models\.maxNumCtx allows 1,000 tokens/);
    });
  });
}

async function teach({ model, text }: OverflowFixture): Promise<void> {
  for (const tokens of [50, 150, 300, 400]) await ask(model, { messages: [user(text(tokens))], options: short });
}

/** As a server that does not know `truncate` and `shift`: they are taken out on the way. */
const forgetful: NonNullable<OverflowFixtureOptions["fetch"]> = (address, init) => {
  const { truncate: _truncate, shift: _shift, ...body } = JSON.parse(init.body ?? "{}") as Record<string, unknown>;
  return fetch(address, init.body === undefined ? init : { ...init, body: JSON.stringify(body) });
};
