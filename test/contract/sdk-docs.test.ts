// Holds docs/sdk.md and the example to the truth: they run against a real host, over a real connection.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { createTutti, type Tutti } from "../../src/sdk/index.ts";
import { operationTable } from "../../src/sdk/table.ts";
import { openSdkHost, type SdkHost } from "./sdk-host.ts";

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

describe("docs/sdk.md", { timeout: 120_000 }, () => {
  let host: SdkHost;
  let tutti: Tutti;

  before(async () => {
    host = await openSdkHost();
    tutti = createTutti({ url: host.server.url, token: host.token });
  });
  after(() => host[Symbol.asyncDispose]());

  /** Runs a program in the folder, with the sources in the place of the package. */
  async function run(program: string, words: readonly string[] = []): Promise<{ stdout: string; stderr: string }> {
    const file = join(host.folder, "program.ts");
    const client = pathToFileURL(join(root, "src/sdk/index.ts")).href;
    writeFileSync(
      file,
      program.replaceAll('"tutti/client"', `"${client}"`).replace("http://127.0.0.1:8863", host.server.url),
    );
    return promisify(execFile)(process.execPath, [file, ...words], { cwd: host.folder });
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
