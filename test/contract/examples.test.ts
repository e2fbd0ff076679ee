// The examples of the patterns run as they lie there: with a model that follows instructions, and with one that does not.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { openApp, type App } from "../../src/app.ts";
import { silentLog } from "../../src/core/log.ts";
import type { RunRecord } from "../../src/core/step.ts";
import { openHome } from "../../src/storage/home.ts";
import { startOllamaServer, type ChatBody, type Reply } from "../support/ollama-server.ts";
import { ollamaAddress } from "../support/services.ts";
import { openRealServer, realOllamaMissing } from "./chat-model-fixture.ts";
import { ended, until } from "./work-verbs-case.ts";

const examples = join(import.meta.dirname, "../../examples/patterns");
const files = readdirSync(examples).filter((name) => /\.(?:ts|ya?ml)$/.test(name));

/** What each gives where a model follows instructions, where it babbles, and, if it can do without, where there is none. */
const expected: Readonly<Record<string, Readonly<Record<"follows" | "babbles" | "none", object | string>>>> = {
  "sort-message.yaml": {
    follows: { branch: "bug", isDefault: false, answer: "fine" },
    babbles: { branch: "person", isDefault: true, answer: "" },
    none: { branch: "person", isDefault: true, reason: "no model reachable" },
  },
  "label-change.yaml": {
    follows: { label: "feature", by: "votes" },
    babbles: { label: "chore", by: "default" },
    none: { label: "chore", by: "default" },
  },
  "look-around.yaml": {
    follows: { isDone: true, isDefault: false },
    babbles: { isDone: true, isDefault: true },
    none: "model.unreachable",
  },
  "plain-words.ts": {
    follows: { text: "fine", isAccepted: true },
    babbles: { text: "Well, well.", isAccepted: false },
    none: "model.unreachable",
  },
  "kitchen.ts": {
    follows: { isDone: true, answer: "fine", turns: 3 },
    babbles: { isDone: false, answer: "", turns: 5 },
    none: "model.unreachable",
  },
  "help-desk.ts": {
    follows: { answer: "fine", by: "accounts" },
    babbles: { answer: "Well, well.", by: "reception" },
    none: "model.unreachable",
  },
};

/** Says of each kind of decision what a good model could say; anything else is "fine". */
function follow({ format, messages }: ChatBody, turn: number): Reply {
  if (format === undefined) return "fine";
  const { properties } = format as { properties: Record<string, { enum?: string[] }> };
  const choices = properties["next"]?.enum ?? properties["branch"]?.enum ?? properties["choice"]?.enum ?? [];
  const told = JSON.stringify(messages);
  const isDesk = choices[0] === "answer";
  const next = choices.includes("larder")
    ? told.includes("lentils")
      ? later(told)
      : "larder"
    : choices[isDesk && !choices.includes("accounts") ? 0 : 1];
  return JSON.stringify({
    branch: choices[0],
    choice: choices[0],
    next,
    reason: "so",
    text: next === "finish" ? "fine" : `task ${turn}`,
    tasks: ["one", "two"],
    accepted: true,
  });
}

const later = (told: string): string => (told.includes("cook was asked") ? "finish" : "cook");

describe("the examples of the patterns", { timeout: 500_000 }, () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "tutti-examples-")));
  after(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, "README"), "A folder for tests.\n");
  const git = (...words: string[]): void =>
    void execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@example.org", ...words], { cwd: folder });
  git("init", "--quiet");
  git("add", "README");
  git("commit", "--quiet", "--message", "A readme");

  test("are all known to this test", () => {
    assert.deepEqual(files.toSorted(), Object.keys(expected).toSorted());
  });

  for (const kind of ["follows", "babbles", "none"] as const) {
    test(`with a model that ${kind === "none" ? "is not there" : kind}, each does what its head says`, async () => {
      await using server = await startOllamaServer({
        models: ["tiny-chat"],
        reply: kind === "follows" ? follow : "Well, well.",
      });
      const address = kind === "none" ? "http://127.0.0.1:9" : server.url;
      for (const [file, run] of await runAll(folder, address)) {
        const wanted = expected[file]?.[kind];
        if (typeof wanted === "string") assert.equal(run.error?.code, wanted, file);
        else assert.partialDeepStrictEqual(run.output, wanted, `${file}: ${JSON.stringify(run.error)}`);
      }
    });
  }

  // The others take minutes of random words there; their patterns are tested on it with few words in pattern-ollama.test.ts.
  const quick = ["sort-message.yaml"];
  test(
    "with a real Ollama whose model speaks nonsense, one that needs few words ends well",
    { skip: realOllamaMissing() },
    async () => {
      await (await openRealServer()).settle?.();
      for (const [file, run] of await runAll(folder, ollamaAddress() ?? "", { model: "ollama/tiny-chat", only: quick }))
        assert.equal(run.status, "succeeded", `${file}: ${JSON.stringify(run.error)}`);
    },
  );
});

async function runAll(
  folder: string,
  address: string,
  { model, only = files }: { model?: string; only?: readonly string[] } = {},
): Promise<[string, RunRecord][]> {
  const environment = {
    PATH: process.env["PATH"],
    OLLAMA_HOST: address,
    ...(model ? { TUTTI_MODELS_DEFAULT: model } : {}),
  };
  await using app = await openApp({ home: openHome(folder, undefined), folder, environment, log: silentLog });
  const worker = app.createWorker();
  await using membership = await app.startWorker(worker);
  assert.ok(membership);
  const start = app.operations.find(({ name }) => name === "run.start");
  assert.ok(start);
  const runs: [string, RunRecord][] = [];
  for (const file of only) {
    const input = start.input.parse({ flow: join(examples, file) }) as never;
    const started = (await start.handle(input, {
      signal: new AbortController().signal,
      caller: "test",
      folder,
    })) as RunRecord;
    runs.push([file, await finished(app, started.id)]);
  }
  await worker.stop(1_000);
  return runs;
}

function finished(app: App, id: string): Promise<RunRecord> {
  return until(async () => {
    const run = await app.engine.store.record(id);
    return ended.includes(run.status) && run;
  });
}
