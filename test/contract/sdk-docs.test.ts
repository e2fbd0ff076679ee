// Holds docs/sdk.md and the example to the truth: they run against a real host, over a real connection.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { openApp } from "../../src/app.ts";
import { silentLog } from "../../src/core/log.ts";
import { createTutti, type Tutti } from "../../src/sdk/index.ts";
import { operationTable } from "../../src/sdk/table.ts";
import { serveWeb, type WebServer } from "../../src/server/web.ts";
import { openHome } from "../../src/storage/home.ts";

const root = join(import.meta.dirname, "../..");
const text = readFileSync(join(root, "docs/sdk.md"), "utf8");
const blocks = [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, body = ""]) => body);
const [start = "", ...examples] = blocks;

/** What each example prints, in the order of the page; the runs are those that the ones before have made. */
const prints: readonly RegExp[] = [
  /^(greet running\n)?greet succeeded\nsucceeded { text: 'Hello, Ada' }\n$/,
  /^5\n(greet succeeded\n){6}$/,
  /^tutti\.run\.created\n(tutti\.run\.\w+\n)*tutti\.run\.succeeded\n$/,
  /^run\.missing\n$/,
  /^true\n$/,
];

const greet = `import { flow, z } from "${pathToFileURL(join(root, "src/index.ts")).href}";
export default flow({
  name: "greet",
  input: z.object({ name: z.string() }),
  run: async (step, { name }) => step.run("greet", () => ({ text: "Hello, " + name })),
});
`;

describe("docs/sdk.md", { timeout: 120_000 }, () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "tutti-sdk-")));
  const stack = new AsyncDisposableStack();
  let server: WebServer;
  let tutti: Tutti;

  before(async () => {
    mkdirSync(join(folder, "flows"));
    writeFileSync(join(folder, "flows", "greet.ts"), greet);
    const home = openHome(folder, undefined);
    const app = stack.use(await openApp({ home, folder, environment: { PATH: process.env["PATH"] }, log: silentLog }));
    const worker = app.createWorker();
    stack.use(await app.startWorker(worker));
    stack.defer(() => worker.stop(1_000));
    const tokenFile = join(folder, ".tutti", "token");
    server = await serveWeb({
      operations: app.operations,
      tokenFile,
      host: "127.0.0.1",
      port: 0,
      assets: folder,
      log: silentLog,
    });
    stack.use(server);
    tutti = createTutti({ url: server.url, token: readFileSync(tokenFile, "utf8").trim() });
  });
  after(async () => {
    await stack.disposeAsync();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Runs a program in the folder, with the sources in the place of the package. */
  async function run(program: string, words: readonly string[] = []): Promise<{ stdout: string; stderr: string }> {
    const file = join(folder, `program.ts`);
    const client = pathToFileURL(join(root, "src/sdk/index.ts")).href;
    writeFileSync(
      file,
      program.replaceAll('"tutti/client"', `"${client}"`).replace("http://127.0.0.1:4100", server.url),
    );
    return promisify(execFile)(process.execPath, [file, ...words], { cwd: folder });
  }

  test("has as many examples as this test knows", () => assert.equal(examples.length, prints.length));

  for (const [index, example] of examples.entries()) {
    test(`its example ${index + 1} does what it says`, async () => {
      // Enough for lists of several pages.
      if (index === 1) {
        for (let count = 0; count < 5; count++) {
          const { id } = await tutti.run.start({ flow: "greet", input: { name: "Bob" } });
          await tutti.run.watch(id).result;
        }
      }
      const { stdout } = await run(`${start}\n${example}`);
      assert.match(stdout, prints[index] ?? /^$/);
    });
  }

  test("its example of a program starts a run and follows it", async () => {
    const program = readFileSync(join(root, "examples/client/follow-run.ts"), "utf8");
    const { stdout } = await run(program, ["greet", '{"name":"Eve"}']);
    assert.match(stdout, /^(greet: running\n)?greet: succeeded\nrun_\w+ has succeeded { text: 'Hello, Eve' }\n$/);
    await assert.rejects(run(program, ["nowhere"]), (error: { code: number; stderr: string }) => {
      assert.equal(error.code, 1);
      assert.match(error.stderr, /no flow/);
      return true;
    });
  });

  test("names every operation that is followed", () => {
    const named = /Operations that take a while \(([^)]*)\)/.exec(text)?.[1]?.match(/[\w.]+/g) ?? [];
    const followed = operationTable.filter(({ kind }) => kind === "stream").map(({ name }) => name);
    assert.deepEqual(named.toSorted(), followed.toSorted());
  });
});
