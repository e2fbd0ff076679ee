import assert from "node:assert/strict";
import { it } from "node:test";
import { defaultRules } from "../../src/observability/alert/default-rules.ts";
import type { RuleView } from "../../src/observability/alert/view.ts";
import type { AlertCase } from "./alert-case.ts";

const expression = "failing_total > 3";

/** Rules as data. */
export function alertRuleContract(open: () => Promise<AlertCase>): void {
  it("are Tutti's own rules where nobody has made any", async () => {
    await using alerts = await open();
    const list = await alerts.call<RuleView[]>("alert.list");
    assert.deepEqual(new Set(list.map(({ name }) => name)), new Set(defaultRules.map(({ name }) => name)));
    assert.ok(list.every(({ isDefault, isChanged, state }) => isDefault && !isChanged && state === "normal"));
  });

  it("are added once: the same again changes nothing, another only where it is to be replaced", async () => {
    await using alerts = await open();
    const add = (input: Record<string, unknown>) =>
      alerts.call<RuleView & { change: string }>("alert.add", { name: "Mine", when: expression, ...input });
    assert.equal((await add({})).change, "created");
    assert.equal((await add({})).change, "unchanged");
    await assert.rejects(add({ for: "5m" }), { code: "alert.conflict", message: /another for/ });
    const { change, forMs } = await add({ for: "5m", replace: true });
    assert.deepEqual([change, forMs], ["replaced", 300_000]);
    await alerts.call("alert.remove", { name: "Mine" });
    assert.equal((await alerts.call<RuleView[]>("alert.list")).length, defaultRules.length);
  });

  it("of Tutti's own can be changed and changed back, not removed", async () => {
    await using alerts = await open();
    const name = "QueueStuck";
    await assert.rejects(alerts.call("alert.remove", { name }), {
      code: "usage.invalid",
      message: /cannot be removed/,
    });
    await alerts.call("alert.add", { name, when: "max(tutti_queue_age_seconds) > 60", replace: true });
    assert.equal((await alerts.get(name)).isChanged, true);
    await alerts.call("alert.remove", { name });
    const { isChanged, query } = await alerts.get(name);
    assert.deepEqual([isChanged, query], [false, defaultRules.find((rule) => rule.name === name)?.query]);
  });

  it("that are switched off are not looked at, and what fires of them is over", async () => {
    await using alerts = await open();
    await alerts.call("alert.add", { name: "Mine", when: expression });
    alerts.vectors.set(expression, [{ labels: {}, value: 4 }]);
    await alerts.look();
    const { state, instances } = await alerts.call("alert.disable", { name: "Mine" });
    assert.deepEqual([state, instances], ["disabled", []]);
    await alerts.look();
    assert.equal((await alerts.get("Mine")).state, "disabled");
    const [last] = await alerts.call<{ note: string }[]>("alert.history", { name: "Mine", limit: 1 });
    assert.equal(last?.note, "the rule was disabled");
    assert.equal((await alerts.events()).at(-2), "tutti.alert.resolved");
    await alerts.call("alert.enable", { name: "Mine" });
    await alerts.look();
    assert.equal((await alerts.get("Mine")).state, "firing");
    assert.deepEqual(
      (await alerts.alerts().rules()).some(({ name }) => name === "Mine"),
      true,
    );
  });

  it("that are changed while they are looked at are not written by what was seen of the old ones", async () => {
    await using alerts = await open();
    await alerts.call("alert.add", { name: "Mine", when: expression });
    const asked = Promise.withResolvers<void>();
    const hold = Promise.withResolvers<void>();
    alerts.vectors.set(expression, [{ labels: {}, value: 4 }]);
    alerts.beforeAnswer(async (asks) => {
      if (asks !== expression) return;
      asked.resolve();
      await hold.promise;
    });
    const looking = alerts.look();
    await asked.promise;
    await alerts.call("alert.disable", { name: "Mine" });
    hold.resolve();
    await looking;
    assert.deepEqual((await alerts.get("Mine")).instances, []);
    assert.deepEqual(alerts.notices, []);
  });

  it("that two hosts look at in the same time are not written by the one that was overtaken", async () => {
    await using alerts = await open();
    await alerts.call("alert.add", { name: "Mine", when: expression });
    alerts.vectors.set(expression, [{ labels: {}, value: 4 }]);
    const asked = Promise.withResolvers<void>();
    const hold = Promise.withResolvers<void>();
    alerts.beforeAnswer(async (asks) => {
      if (asks !== expression) return;
      asked.resolve();
      await hold.promise;
    });
    const slow = alerts.look();
    await asked.promise;
    alerts.beforeAnswer(async () => undefined);
    alerts.vectors.delete(expression);
    alerts.known.add("failing_total");
    alerts.restart();
    await alerts.look();
    hold.resolve();
    await slow;
    assert.equal((await alerts.get("Mine")).state, "normal");
    assert.deepEqual(alerts.notices, []);
  });

  it("that cannot be asked are refused when they are added", async () => {
    await using alerts = await open();
    alerts.vectors.set("sum(", new Error("the bracket is not closed"));
    await assert.rejects(alerts.call("alert.add", { name: "Mine", when: "sum(" }), /bracket/);
    const add = (input: Record<string, unknown>) => alerts.call("alert.add", { name: "Mine", ...input });
    await assert.rejects(add({ when: "a", logs: "b" }), /exactly one of when/);
    await assert.rejects(add({}), /exactly one of when/);
    await assert.rejects(add({ when: "a", above: 3 }), /with logs or traces only/);
    await assert.rejects(alerts.call("alert.add", { name: "no-camel", when: "a" }), /capital letter/);
  });

  it("send a test notice by their channels and say what they see", async () => {
    await using alerts = await open();
    await alerts.call("alert.add", { name: "Mine", when: expression, channels: ["mail", "log"] });
    alerts.vectors.set(expression, [{ labels: { flow: "a" }, value: 4 }]);
    alerts.broken.add("mail");
    const tested = await alerts.call<Record<string, unknown>>("alert.test", { name: "Mine" });
    assert.deepEqual(
      [tested["outcome"], tested["deliveries"]],
      [
        "fires",
        [
          { channel: "mail", error: "it is closed" },
          { channel: "log", error: null },
        ],
      ],
    );
    assert.equal(alerts.notices[0]?.title, "Mine is a test");
    assert.equal((await alerts.get("Mine")).state, "normal");
  });

  it("have labels of their own, which silences go by", async () => {
    await using alerts = await open();
    await alerts.call("alert.add", { name: "Mine", when: expression, labels: ["team=ops"] });
    await alerts.call("alert.silence", { for: "1h", where: ["team=ops"] });
    alerts.vectors.set(expression, [{ labels: {}, value: 4 }]);
    await alerts.look();
    assert.deepEqual((await alerts.get("Mine")).instances[0]?.labels, { team: "ops" });
    assert.deepEqual(alerts.notices, []);
  });

  it("page their history by the id of the last change", async () => {
    await using alerts = await open();
    alerts.known.add("failing_total");
    await alerts.call("alert.add", { name: "Mine", when: expression });
    for (let turn = 0; turn < 3; turn++) {
      alerts.vectors.set(expression, [{ labels: {}, value: turn }]);
      await alerts.look();
      alerts.vectors.delete(expression);
      await alerts.look();
      await alerts.look(60_000);
    }
    type Change = { id: number; rule: string; value: number };
    const ids: number[] = [];
    for (let before: number | undefined; ;) {
      const page = await alerts.call<Change[]>("alert.history", {
        name: "Mine",
        limit: 4,
        ...(before ? { before } : {}),
      });
      ids.push(...page.map(({ id }) => id));
      before = page.at(-1)?.id;
      if (page.length < 4) break;
    }
    assert.equal(ids.length, 6);
    assert.deepEqual(
      ids,
      ids.toSorted((a, b) => b - a),
    );
    await assert.rejects(alerts.call("alert.history", { name: "Mien" }), { code: "alert.missing" });
  });
}
