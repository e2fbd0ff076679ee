import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ChatAnswer, ChatChunk, ChatMessage, ChatModel, ChatRequest } from "../../src/models/chat-model.ts";
import type { ModelRegistryOptions } from "../../src/models/registry.ts";
import { ask, assertCode, failure, readFile, steady, unaborted, user } from "./chat-model.ts";

/** A model that was made for 32,768 tokens, behind a registry, loaded with 512 of them. */
export interface OverflowFixture extends AsyncDisposable {
  readonly model: ChatModel;
  /** A text of about so many tokens. */
  readonly text: (tokens: number) => string;
  /** What the model was sent by the last call, where that can be seen. */
  lastSent?(): readonly Pick<ChatMessage, "content">[];
  /** How many calls reached the model, where that can be seen. */
  callCount?(): number;
}

export type OverflowFixtureOptions = Partial<
  Pick<ModelRegistryOptions, "numCtx" | "maxNumCtx" | "availableBytes" | "fetch">
>;

export interface OverflowContractOptions {
  readonly skip?: string | false;
}

interface OverflowData {
  readonly kind: string;
  readonly limit: number;
  readonly tooMany: number;
  readonly largest: string;
  readonly used?: number;
  readonly estimated: { readonly low: number; readonly likely: number; readonly high: number };
  readonly parts: Readonly<Record<string, number>>;
}

export const short = { maxTokens: 5, ...steady };

/** What every model promises about prompts that do not fit; run by every adapter and by the scripted one. */
export function overflowContract(
  name: string,
  open: (options?: OverflowFixtureOptions) => Promise<OverflowFixture>,
  { skip = false }: OverflowContractOptions = {},
): void {
  describe(`overflow contract: ${name}`, { skip, timeout: 300_000 }, () => {
    test("a prompt that cannot fit is refused before the model is asked, by how much and for which part", async () => {
      await using fixture = await open();
      const error = await failure(fixture.model, {
        messages: [system, user(fixture.text(40_000)), ...turns(fixture, 2)],
        tools: [readFile],
      });
      const data = overflowData(error);
      assert.deepEqual([data.kind, data.limit, data.largest], ["estimated", 512, "goal"]);
      assert.ok(
        data.estimated.low > 512 && data.estimated.low <= data.estimated.likely,
        JSON.stringify(data.estimated),
      );
      assert.equal(data.tooMany, data.estimated.low - 512);
      assert.match(error.message, /which has 512; at least [\d,]+ are too many.* largest part is the goal/);
      assert.match(error.hint ?? "", /"grow".*"compact".*split the task/);
      assert.equal(fixture.callCount?.() ?? 0, 0);
    });

    test("the part that is large is named, whichever it is", async () => {
      await using fixture = await open();
      const large = fixture.text(40_000);
      const largest = async (messages: readonly ChatMessage[], tools?: ChatRequest["tools"]): Promise<string> =>
        overflowData(await failure(fixture.model, { messages, tools })).largest;
      assert.equal(await largest([{ role: "system", content: large }, user("go")]), "system");
      assert.equal(await largest([user("go"), { role: "assistant", content: large }, user("on")]), "history");
      assert.equal(await largest([user("go"), { role: "assistant", content: "what?" }, user(large)]), "newest");
    });

    test("fail is what happens unless something else is asked for", async () => {
      await using fixture = await open();
      const request = { messages: [user(fixture.text(700))], options: short };
      for (const onOverflow of [undefined, "fail"] as const)
        assert.equal(overflowData(await failure(fixture.model, { ...request, onOverflow })).limit, 512);
    });

    test("grow moves the model up one rung, for later calls too, and says so", async () => {
      await using fixture = await open();
      const request = { messages: [user(fixture.text(700))], options: short };
      const { answer, notices } = await listen(fixture.model, { ...request, onOverflow: "grow" });
      assert.deepEqual(answer.grown, { from: 512, to: 2_048 });
      assert.equal(notices.length, 1);
      assert.match(notices[0] ?? "", /512 to 2,048 tokens/);
      const later = await ask(fixture.model, request);
      assert.equal(later.grown, undefined);
      assert.ok(later.usage.inputTokens > 512);
    });

    test("calls that overflow at the same time share one rung", async () => {
      await using fixture = await open();
      const request: ChatRequest = { messages: [user(fixture.text(700))], options: short, onOverflow: "grow" };
      const answers = await Promise.all([1, 2, 3].map(() => ask(fixture.model, request)));
      assert.deepEqual(
        answers.map(({ grown }) => grown?.to ?? 2_048),
        [2_048, 2_048, 2_048],
      );
      const error = await failure(fixture.model, { messages: [user(fixture.text(40_000))] });
      assert.equal(overflowData(error).limit, 2_048);
    });

    test("an answer that fills the context lets it grow once, and begins anew", async () => {
      await using fixture = await open();
      const messages = [user(`${fixture.text(450)} a long story`)];
      const request: ChatRequest = { messages, options: { maxTokens: 100, ...steady }, onOverflow: "grow" };
      const { answer, text } = await listen(fixture.model, request);
      assert.deepEqual(answer.grown, { from: 512, to: 2_048 });
      assert.equal(text, answer.text, "what came after the notice is the answer");
    });

    test("grow never goes above a step's own numCtx", async () => {
      await using fixture = await open();
      const options = { ...short, numCtx: 300 };
      const error = await failure(fixture.model, {
        messages: [user(fixture.text(400))],
        options,
        onOverflow: "grow",
      });
      assert.equal(overflowData(error).limit, 300);
      assert.match(error.message, /cannot grow: the step's own numCtx is 300/);
    });

    test("grow ends where the model does, and moves nothing for a prompt that cannot fit", async () => {
      await using fixture = await open();
      const error = await failure(fixture.model, { messages: [user(fixture.text(400_000))], onOverflow: "grow" });
      assert.equal(overflowData(error).limit, 512);
      assert.match(error.message, /cannot grow: the model was made for 32,768 tokens/);
    });

    test("compact leaves out old turns, keeps the rest, and says what it left out", async () => {
      await using fixture = await open();
      const messages = [system, user("the goal"), ...turns(fixture, 8), ...openCall, ...turns(fixture, 2), ...lastCall];
      const request: ChatRequest = { messages, options: short, onOverflow: "compact" };
      const { answer, notices } = await listen(fixture.model, request);
      const { messages: gone = 0, tokens = 0 } = answer.compacted ?? {};
      assert.ok(gone > 0 && gone <= 10, `${gone} messages`);
      assert.ok(tokens > 0);
      assert.ok(answer.usage.inputTokens + answer.usage.outputTokens <= 512);
      assert.match(notices.at(-1) ?? "", new RegExp(`^left out ${gone} old messages, about [\\d,]+ tokens$`));
      const sent = fixture.lastSent?.();
      if (!sent) return;
      const contents = sent.map(({ content }) => content);
      assert.deepEqual(contents.slice(0, 2), [system.content, "the goal"]);
      assert.match(contents[2] ?? "", new RegExp(`^\\[${gone} earlier messages were left out here`));
      assert.deepEqual(contents.slice(-2), ["", "forty-two"]);
      assert.ok(contents.includes("this call is open"));
      assert.equal(sent.length, messages.length - gone + 1);
    });

    test("compact leaves alone what fits", async () => {
      await using fixture = await open();
      const answer = await ask(fixture.model, { messages: [user("hello")], options: short, onOverflow: "compact" });
      assert.equal(answer.compacted, undefined);
    });

    test("compact that is not enough is an overflow, with what stays", async () => {
      await using fixture = await open();
      const messages = [user(fixture.text(40_000)), ...turns(fixture, 4), user("go on")];
      const error = await failure(fixture.model, { messages, options: short, onOverflow: "compact" });
      assert.equal(overflowData(error).largest, "goal");
      assert.match(error.message, /is not enough: system text, goal, open tool calls and the newest turn stay/);
    });
  });
}

const system: ChatMessage = { role: "system", content: "You are brief." };
const call = { name: "read_file", arguments: { path: "a.txt" } };
const openCall: readonly ChatMessage[] = [{ role: "assistant", content: "this call is open", toolCalls: [call] }];
const lastCall: readonly ChatMessage[] = [
  { role: "assistant", content: "", toolCalls: [call] },
  { role: "tool", content: "forty-two", toolName: "read_file" },
];

/** Each about a hundred tokens. */
function turns(fixture: OverflowFixture, count: number): readonly ChatMessage[] {
  return Array.from({ length: count }, (_, index) => ({
    role: index % 2 === 0 ? ("assistant" as const) : ("user" as const),
    content: fixture.text(100),
  }));
}

/** The answer, what a reader of its pieces has in the end, and what was said about the context. */
async function listen(
  model: ChatModel,
  request: ChatRequest,
): Promise<{ answer: ChatAnswer; text: string; notices: readonly string[] }> {
  const chunks: ChatChunk[] = [];
  const answer = await model.chat(request, { signal: unaborted(), onChunk: (chunk) => chunks.push(chunk) });
  const begun = chunks.slice(chunks.findLastIndex(({ kind }) => kind === "notice") + 1);
  const textOf = (kind: ChatChunk["kind"], of: readonly ChatChunk[]): string[] =>
    of.filter((chunk) => chunk.kind === kind).map(({ text }) => text);
  return { answer, text: textOf("text", begun).join(""), notices: textOf("notice", chunks) };
}

export function overflowData(error: Awaited<ReturnType<typeof failure>>): OverflowData {
  assertCode(error, "model.context_overflow");
  return error.data as OverflowData;
}
