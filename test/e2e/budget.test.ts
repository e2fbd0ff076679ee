// Budgets from the outside: exit codes, commands, a host that is killed in the middle of a call, many processes at once.
import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { openApp } from "../../src/app.ts";
import { silentLog } from "../../src/core/log.ts";
import type { RunRecord } from "../../src/core/step.ts";
import type { Review } from "../../src/review/review.ts";
import type { Row } from "../../src/storage/database.ts";
import { openHome } from "../../src/storage/home.ts";
import { openPostgres } from "../../src/storage/postgres.ts";
import { until } from "../support/command.ts";
import { startOllamaServer, type OllamaServerOptions } from "../support/ollama-server.ts";
import { PostgresServer, postgresServerUnavailable } from "../support/postgres-server.ts";
import { errorOf, jsonOf, Project } from "../support/project.ts";

const calls = (count: number, maxTokens = 20): string =>
  `for (let index = 0; index < ${count}; index++)
    await step.model("ask", { model: "ollama/tiny-chat", prompt: "Say it", options: { maxTokens: ${maxTokens} } });
  return "done";`;

interface Cost {
  readonly rows: readonly { readonly calls: number; readonly estimated: number; readonly estimatedTokens: number }[];
}

async function withServer(
  work: (project: Project, server: Awaited<ReturnType<typeof startOllamaServer>>) => Promise<void>,
  { env = {}, ...options }: OllamaServerOptions & { readonly env?: NodeJS.ProcessEnv } = {},
): Promise<void> {
  await using server = await startOllamaServer({ models: ["tiny-chat", "small-chat"], ...options });
  await using project = new Project({ env: { OLLAMA_HOST: server.url, ...env } });
  await work(project, server);
}

describe("a run that a budget stops", { concurrency: 2 }, () => {
  it("is paused, ends with 8 and says what to do; once there is room it goes on and does no call twice", () =>
    withServer(async (project, server) => {
      project.flow("three", calls(3));
      assert.equal((await project.tutti("budget", "set", "b", "--window", "total", "--calls", "2")).code, 0);
      const ending = await project.tutti("run", "three", "--json");
      assert.equal(ending.code, 8, ending.stderr);
      const run = jsonOf(ending) as RunRecord;
      assert.deepEqual([run.status, run.error?.code], ["paused", "budget.exceeded"]);
      assert.match(ending.stderr, /! Budget "b" has used .* budget\.soft_mark/);
      assert.match(ending.stderr, /fix +Raise it with `tutti budget set b --window total --calls …`; the runs/);
      assert.doesNotMatch(ending.stderr, /maxTokens/, "which saves no calls");
      const set = await project.tutti("budget", "set", "b", "--window", "total", "--calls", "3");
      assert.equal(set.code, 0);
      assert.match(set.stdout, new RegExp(`1 run that it had paused goes on: ${run.id}`));
      const watched = await project.tutti("run", "watch", run.id);
      assert.deepEqual([watched.code, watched.stdout.trim()], [0, "done"]);
      assert.equal(server.chats.length, 3);
      assert.equal((await project.json<Cost>("cost", "show")).rows[0]?.calls, 3);
    }));

  it("goes on with the next host once tutti.yaml gives more, or has a price for its model", () =>
    withServer(async (project) => {
      project.flow("three", calls(2));
      const prices = "  prices: { date: 2026-11-01, currency: EUR, models: { other/x: { perHour: 1 } } }\n";
      const cost = (budget: string): string => `cost:\n${prices}  budgets:\n    b: ${budget}\n`;
      project.write("tutti.yaml", cost("{ window: total, calls: 1 }"));
      const run = jsonOf(await project.tutti("run", "three", "--json")) as RunRecord;
      assert.equal(run.status, "paused");
      await project.tutti("work", "--until-idle");
      assert.equal((await project.json<RunRecord>("run", "get", run.id)).status, "paused");
      project.write("tutti.yaml", cost("{ window: total, calls: 5 }"));
      await project.tutti("work", "--until-idle");
      assert.equal((await project.json<RunRecord>("run", "get", run.id)).status, "succeeded");
      project.write("tutti.yaml", cost("{ window: total, money: 1 }"));
      const unpriced = jsonOf(await project.tutti("run", "three", "--json")) as RunRecord;
      assert.deepEqual([unpriced.status, unpriced.error?.code], ["paused", "budget.unpriced"]);
      project.write("tutti.yaml", cost("{ window: total, money: 1 }").replace("other/x", "ollama/*"));
      await project.tutti("work", "--until-idle");
      assert.equal((await project.json<RunRecord>("run", "get", unpriced.id)).status, "succeeded");
    }));

  it("and whose budget asks a human waits with 7; an approval raises the limit, a rejection fails it with 8", () =>
    withServer(async (project) => {
      project.flow("three", calls(2));
      await project.tutti("budget", "set", "b", "--window", "run", "--calls", "1", "--on-limit", "ask");
      const ending = await project.tutti("run", "three", "--until-idle", "--json");
      assert.equal(ending.code, 7, ending.stderr);
      const [review] = await project.json<Review[]>("review", "list");
      assert.equal(review?.title, 'Raise budget "b" by 1 call? It has used 1 call of 1 call');
      assert.equal((await project.tutti("review", "approve", review.id)).code, 0);
      assert.equal((await project.tutti("run", "watch", review.run)).code, 0);
      await project.tutti("run", "three", "--until-idle");
      const [second] = await project.json<Review[]>("review", "list");
      await project.tutti("review", "reject", second?.id ?? "", "--reason", "enough");
      const failed = await project.tutti("run", "watch", second?.run ?? "", "--json");
      assert.equal(failed.code, 8, failed.stderr);
      assert.match((jsonOf(failed) as RunRecord).error?.message ?? "", /a human did not raise it/);
    }));

  it("and meets a question that stands is shown that one", () =>
    withServer(async (project) => {
      project.flow("one", calls(1));
      await project.tutti(
        "budget",
        "set",
        "b",
        "--window",
        "total",
        "--calls",
        "1",
        "--on-limit",
        "ask",
        "--raise-by",
        "9",
      );
      assert.equal((await project.tutti("run", "one")).code, 0);
      const endings = [
        await project.tutti("run", "one", "--until-idle"),
        await project.tutti("run", "one", "--until-idle"),
      ];
      const reviews = await project.json<Review[]>("review", "list");
      assert.deepEqual(
        reviews.map(({ runs }) => runs.length),
        [2],
      );
      for (const { code, stderr } of endings) {
        assert.equal(code, 7);
        assert.match(stderr, new RegExp(`answer +tutti review approve ${reviews[0]?.id}`));
      }
      assert.equal((await project.tutti("review", "approve", reviews[0]?.id ?? "")).code, 0);
      for (const run of reviews[0]?.runs ?? []) assert.equal((await project.tutti("run", "watch", run)).code, 0);
    }));

  it("and whose budget names another model goes on with that", () =>
    withServer(async (project, server) => {
      project.flow("three", calls(3));
      project.write(
        "tutti.yaml",
        `cost:
  budgets:
    dear: { scope: model, of: ollama/tiny-chat, window: run, calls: 1, onLimit: degrade, degradeTo: ollama/small-chat }
`,
      );
      const ending = await project.tutti("run", "three");
      assert.equal(ending.code, 0, ending.stderr);
      assert.deepEqual(
        server.chats.map(({ model }) => model),
        ["tiny-chat", "small-chat", "small-chat"],
      );
    }));
});

it("after kill -9 in the middle of a call the next host counts it at its bound and says so", () =>
  withServer(
    async (project, server) => {
      project.flow("one", calls(1, 40));
      const host = project.start(["run", "one"]);
      await until("the call has begun", () => server.chats.length === 1);
      await host.kill();
      const before = await project.json<Cost>("cost", "show");
      assert.deepEqual([before.rows[0]?.calls, before.rows[0]?.estimated], [1, 1]);
      assert.ok((before.rows[0]?.estimatedTokens ?? 0) > 40);
      const shown = await project.tutti("cost", "show");
      assert.match(shown.stdout, /1 +unknown +unknown +unknown .* 1 cut off: up to 1,\d+ tokens more/);
      server.setReply("all well");
      assert.equal((await project.tutti("work", "--until-idle")).code, 0);
      const { rows } = await project.json<Cost>("cost", "show", "--by", "run");
      assert.deepEqual([rows[0]?.calls, rows[0]?.estimated], [2, 1]);
    },
    { reply: { text: "never", hang: "start" } },
  ));

describe("a command about budgets", () => {
  for (const { words, code, says } of [
    { words: ["budget", "show", "none"], code: 3, says: /there is no budget "none"/ },
    { words: ["budget", "set", "b"], code: 3, says: /exactly one of tokens, calls, seconds, money; it has none/ },
    { words: ["budget", "set", "b", "--money", "5"], code: 3, says: /limits money, and there is no price list/ },
    { words: ["budget", "set", "b", "--tokens", "0"], code: 3, says: /tokens/ },
    { words: ["cost", "show", "--since", "soon"], code: 3, says: /"soon" is neither a day nor a duration/ },
  ]) {
    it(`tutti ${words.join(" ")} ends with ${code} and says what is wrong`, async () => {
      await using project = new Project();
      project.flow("some", "return 1;");
      await project.tutti("run", "some");
      const ending = await project.tutti(...words, "--json");
      assert.equal(ending.code, code, ending.stderr);
      assert.match(errorOf(ending).message, says);
    });
  }

  it("ends at once where nothing is stored yet, and makes nothing", async () => {
    await using project = new Project();
    assert.deepEqual(await project.json("budget", "list"), []);
    for (const words of [
      ["cost", "show"],
      ["budget", "show", "b"],
      ["models", "advise"],
    ]) {
      const ending = await project.tutti(...words);
      assert.equal(ending.code, 3, ending.stdout);
      assert.match(ending.stderr, /there is no data folder here/);
    }
    assert.equal(project.has(".tutti"), false);
  });

  it("says where in tutti.yaml a budget or a price is wrong", async () => {
    await using project = new Project();
    for (const [text, says] of [
      [
        "cost:\n  budgets:\n    b: { tokens: 1, calls: 2 }\n",
        /tutti\.yaml:3:5: cost\.budgets\.b must have exactly one of/,
      ],
      ["cost:\n  budgets:\n    b: { money: 1 }\n", /cost\.budgets\.b limits money, and there is no price list/],
      ["cost:\n  timeZone: Mars/Olympus\n", /tutti\.yaml:2:3: cost\.timeZone not a time zone/],
      [
        "cost:\n  prices:\n    date: soon\n    currency: EUR\n    models: {}\n",
        /tutti\.yaml:3:5: cost\.prices\.date is not a valid date/,
      ],
    ] as const) {
      project.write("tutti.yaml", text);
      const ending = await project.tutti("budget", "list", "--json");
      assert.equal(ending.code, 3, ending.stdout);
      assert.match(errorOf(ending).message, says);
    }
  });
});

describe("on Postgres", { skip: postgresServerUnavailable() }, () => {
  it("worker processes that race, of which two are killed, take not one token more than there is", async (context) => {
    await using postgres = await PostgresServer.start();
    const address = await postgres.database("race");
    const env = { TUTTI_DATABASE: address, TUTTI_COST_TEMPLATE_TOKENS: "0" };
    await withServer((project) => race(context, project, address), {
      env,
      reply: { text: "one two three", delayMs: 40 },
    });
  });

  it("30 runs of three worker processes ask one question, whose answer lets all go on, though two have been killed", async () => {
    await using postgres = await PostgresServer.start();
    const address = await postgres.database("ask");
    await withServer((project) => oneQuestion(project, address), { env: { TUTTI_DATABASE: address } });
  });
});

async function oneQuestion(project: Project, address: string): Promise<void> {
  project.flow("one", calls(1));
  const words = ["--window", "total", "--calls", "1", "--on-limit", "ask", "--raise-by", "100"];
  assert.equal((await project.tutti("budget", "set", "b", ...words)).code, 0);
  await using database = await openPostgres({ url: address, schema: "tutti_default" });
  const count = async (where: string): Promise<number> => {
    const sql = `select count(*) as count from runs where ${where}`;
    const [row] = await database.read<Row>({ sql, parameters: [], query: { kind: "RawNode" } } as never);
    return Number(row?.["count"]);
  };
  const workers = Array.from({ length: 3 }, () => project.start(["work", "--concurrency", "4"]));
  for (const worker of workers) await worker.says(/Working on the runs/);
  const { folder, environment } = project;
  await using app = await openApp({ home: openHome(folder, undefined), folder, environment, log: silentLog });
  for (let index = 0; index < 30; index++) await app.engine.control.start({ flow: "one" });
  await until("all but one wait", async () => (await count("status = 'waiting'")) === 29, { withinMs: 40_000 });
  const reviews = await project.json<Review[]>("review", "list");
  assert.deepEqual(
    reviews.map(({ runs }) => runs.length),
    [29],
  );
  const id = reviews[0]?.id ?? "";
  assert.match((await project.tutti("review", "show", id)).stdout, /and 28 more runs wait for it/);
  for (const worker of workers.slice(1)) await worker.kill();
  assert.equal((await project.tutti("review", "approve", id)).code, 0);
  await until("every run has ended", async () => (await count("status = 'succeeded'")) === 30, { withinMs: 40_000 });
  const [window] = await database.read<Row>({
    sql: "select used, reserved, raised from cost_windows",
    parameters: [],
    query: { kind: "RawNode" },
  } as never);
  assert.deepEqual({ ...window }, { used: 30, reserved: 0, raised: 100 });
}

async function race(context: TestContext, project: Project, address: string): Promise<void> {
  const limit = 1_000;
  project.flow("five", calls(5));
  assert.equal((await project.tutti("budget", "set", "b", "--window", "total", "--tokens", String(limit))).code, 0);
  await using database = await openPostgres({ url: address, schema: "tutti_default" });
  const read = async (sql: string): Promise<Row[]> =>
    database.read({ sql, parameters: [], query: { kind: "RawNode" } } as never);
  // Few runs for each, so that no worker alone can take half of what there is.
  const workers = Array.from({ length: 3 }, () => project.start(["work", "--concurrency", "5"]));
  for (const worker of workers) await worker.says(/Working on the runs/);
  const { folder, environment } = project;
  await using app = await openApp({ home: openHome(folder, undefined), folder, environment, log: silentLog });
  for (let index = 0; index < 60; index++) await app.engine.control.start({ flow: "five" });
  let most = 0;
  const look = async (): Promise<boolean> => {
    const [window] = await read("select used + reserved as taken from cost_windows");
    most = Math.max(most, Number(window?.["taken"] ?? 0));
    const [open] = await read("select count(*) as open from runs where status not in ('succeeded', 'paused')");
    return Number(open?.["open"]) === 0;
  };
  await until("some calls are made", async () => (await look()) || most > limit / 2);
  for (const worker of workers.slice(1)) await worker.kill();
  await until("every run has ended or is paused", look, { withinMs: 50_000 });
  const [sum] = await read(
    "select count(distinct holder) as processes, count(*) as calls, sum(coalesce(charged_tokens, bound_tokens)) as tokens, sum(is_estimated) as estimated from cost_calls",
  );
  const [runs] = await read("select count(*) as paused from runs where status = 'paused'");
  context.diagnostic(JSON.stringify({ most, ...sum, ...runs }));
  const tokens = Number(sum?.["tokens"]);
  assert.ok(most <= limit && tokens <= limit, `${most}, ${tokens} of ${limit}`);
  // Used up but for what the next call might have taken.
  assert.ok(tokens > limit - 150);
  assert.ok(Number(sum?.["processes"]) >= 2 && Number(runs?.["paused"]) > 0);
}
