// Most Postgres databases sort text as people do, which is not the order of its bytes; the scratch ones of the tests do not.
import assert from "node:assert/strict";
import { test } from "node:test";
import pg from "pg";
import { openPostgres } from "../../src/storage/postgres.ts";
import { postgresUnavailable } from "../support/postgres.ts";
import { postgresAddress } from "../support/services.ts";
import { openWorkEngine, until, workFlow } from "./work-verbs-case.ts";

test(
  "a review is found by the beginning of its id in a database that sorts as people do",
  {
    skip: postgresUnavailable(),
  },
  async (t) => {
    const address = new URL(postgresAddress() ?? "");
    const name = `tutti_collation_${process.pid}`;
    const admin = new pg.Client({ connectionString: address.href });
    await admin.connect();
    t.after(async () => {
      await admin.query(`drop database if exists ${name} with (force)`);
      await admin.end();
    });
    await admin.query(`create database ${name} template template0 locale_provider icu icu_locale 'en-US'`);
    address.pathname = name;
    await using engine = await openWorkEngine(
      await openPostgres({ url: address.href, schema: "tutti", connections: 2 }),
    );
    const run = await engine.start(workFlow((step) => step.review("r", { title: "Go?" })));
    const review = await until(async () => (await engine.openReviews(run))[0]);
    assert.equal((await engine.review("review.show", { id: review.id.slice(0, 8) })).id, review.id);
    await assert.rejects(engine.review("review.show", { id: "rev_zzzzz" }), { code: "review.missing" });
  },
);
