import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { describe, it } from "node:test";
import pg from "pg";
import { z } from "zod";
import { operation } from "../../src/core/operation.ts";
import { postgresUnavailable } from "../support/postgres.ts";
import { needs, postgresAddress, schemathesisProgram } from "../support/services.ts";
import { serveProduct, type WebProduct } from "../support/web-product.ts";
import { serve } from "../unit/server/served.ts";

// The same calls at each run; another seed, and more of them, by hand.
const seed = process.env["TUTTI_TEST_SEED"] ?? "1";
const examples = process.env["TUTTI_TEST_EXAMPLES"] ?? "10";

const words = (product: Pick<WebProduct, "server" | "token">): string[] => [
  "run",
  `${product.server.url}/api/openapi.json`,
  "--header",
  `Authorization: Bearer ${product.token}`,
  "--phases=coverage,fuzzing",
  "--checks=all",
  // What a value means (a choice that a review does not offer, a step that a run does not have) no schema can say.
  "--exclude-checks=positive_data_acceptance",
  // It reads an answer to its end, and these go on for as long as somebody listens; they have tests of their own.
  "--exclude-path-regex=/(stream|watch|tail)$",
  "--continue-on-failure",
  "--no-color",
  `--seed=${seed}`,
  `--max-examples=${examples}`,
];

interface Ending {
  readonly code: number;
  readonly output: string;
}

function schemathesis(args: readonly string[], cwd: string): Promise<Ending> {
  const { promise, resolve } = Promise.withResolvers<Ending>();
  execFile(
    schemathesisProgram() ?? "",
    args,
    { cwd, timeout: 400_000, maxBuffer: 50_000_000 },
    (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : 1;
      resolve({ code, output: `${stdout}${stderr}` });
    },
  );
  return promise;
}

describe(
  "the API, called with all that its document allows and forbids",
  { skip: needs("schemathesis", schemathesisProgram()) },
  () => {
    it("answers each call as the document says, and never with a defect", async () => {
      const defects: unknown[] = [];
      const drop = (): void => undefined;
      const log = { debug: drop, info: drop, warn: drop, error: (...told: unknown[]) => void defects.push(told) };
      await using product = await serveProduct({ log });
      const runs = ["hello", "asks", "fails"].map((flow) => product.client.call("run.start", { flow }));
      await Promise.all(runs);
      const { code, output } = await schemathesis(words(product), product.folder);
      assert.equal(code, 0, output);
      assert.match(output, /[1-9]\d* passed/, output);
      assert.deepEqual(defects, []);
    });

    it("would be found out if it broke, or answered something else", async () => {
      const base = {
        role: "viewer",
        effect: "read",
        idempotent: true,
        faces: ["http"],
        cli: { examples: ["tutti"] },
      } as const;
      const lying = operation({
        ...base,
        name: "thing.lie",
        summary: "Answers what it does not promise",
        method: "GET",
        path: "/lies",
        input: z.strictObject({}),
        output: z.object({ count: z.number() }),
        handle: async () => ({ count: "many" }) as never,
      });
      const breaking = operation({
        ...base,
        name: "thing.break",
        summary: "Breaks",
        method: "GET",
        path: "/breaks",
        input: z.strictObject({}),
        output: z.unknown(),
        handle: async () => Promise.reject(new RangeError("off by one")),
      });
      await using served = await serve({ operations: [lying, breaking] });
      const { code, output } = await schemathesis(words(served), served.assets);
      assert.equal(code, 1, output);
      assert.match(output, /Response violates schema/);
      assert.match(output, /Server error/);
    });
  },
);

describe("the API on Postgres", { skip: postgresUnavailable() }, () => {
  it("refuses a text that Postgres does not store, and says why", async () => {
    const admin = new pg.Client({ connectionString: postgresAddress() });
    await admin.connect();
    const name = `tutti_server_${process.pid}`;
    await admin.query(`create database ${name}`);
    try {
      const address = new URL(postgresAddress() ?? "");
      address.pathname = `/${name}`;
      await using product = await serveProduct({ environment: { TUTTI_DATABASE: address.href } });
      const response = await product.ask("/api/events", { method: "POST", body: JSON.stringify({ name: "a\0b" }) });
      const { code, detail } = (await response.json()) as { code: string; detail: string };
      assert.deepEqual([response.status, code], [400, "usage.invalid"]);
      assert.match(detail, /NUL/);
    } finally {
      await admin.query(`drop database ${name} with (force)`);
      await admin.end();
    }
  });
});
