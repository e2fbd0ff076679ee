import assert from "node:assert/strict";
import { test } from "node:test";
import { silentLog } from "../../src/core/log.ts";
import { loneHolder, sharedHolder } from "../../src/cost/holder.ts";
import { postgresUnavailable } from "../support/postgres.ts";
import { postgresAddress } from "../support/services.ts";

test(
  "on Postgres a process is gone when its connection has fallen, and no sooner",
  { skip: postgresUnavailable() },
  async () => {
    const place = { url: postgresAddress() ?? "", schema: `holders_${process.pid}`, log: silentLog };
    await using first = sharedHolder("one", place);
    await first.enter();
    {
      await using second = sharedHolder("two", place);
      await second.enter();
      assert.deepEqual(
        [await first.isGone("two"), await second.isGone("one"), await first.isGone("one")],
        [false, false, false],
      );
    }
    assert.deepEqual([await first.isGone("two"), await first.isGone("three")], [true, true]);
  },
);

test("where one process holds the database every other one is gone", async () => {
  await using holder = loneHolder("me");
  assert.deepEqual([await holder.isGone("me"), await holder.isGone("other")], [false, true]);
});
