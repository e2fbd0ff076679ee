import assert from "node:assert/strict";
import { test } from "node:test";
import { postgresUnavailable } from "../support/postgres.ts";
import { madeSchema, storedSchema } from "../support/schema.ts";

test("src/storage/schema.sqlite.sql is what the migrations make", async () => {
  assert.equal(storedSchema("sqlite"), await madeSchema("sqlite"), "write it anew with: npm run schema");
});

test("src/storage/schema.postgres.sql is what the migrations make", { skip: postgresUnavailable() }, async () => {
  assert.equal(storedSchema("postgres"), await madeSchema("postgres"), "write it anew with: npm run schema");
});
