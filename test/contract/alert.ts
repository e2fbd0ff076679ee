import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Database } from "../../src/storage/database.ts";
import { alertRuleContract } from "./alert-rule.ts";
import { openAlertCase, type AlertCase } from "./alert-case.ts";

const minute = 60_000;
const hour = 60 * minute;
const failing = "failing_total > 3";
const one = (value: number, labels: Record<string, string> = {}) => [{ labels, value }];

/** What every database must give: states, history, notices and what people say, across processes. */
export function alertContract(
  name: string,
  open: () => Promise<Database>,
  { skip = false }: { skip?: string | false } = {},
): void {
  describe(`alerts on ${name}`, { skip }, () => {
    const opened = async (input: Record<string, unknown> = {}): Promise<AlertCase> => {
      const alerts = await openAlertCase(await open());
      alerts.known.add("failing_total");
      await alerts.call("alert.add", { name: "Failing", when: failing, ...input });
      return alerts;
    };
    lifeContract(opened);
    noticeContract(opened);
    silenceContract(opened);
    troubleContract(opened);
    alertRuleContract(async () => openAlertCase(await open()));
  });
}

type Opened = (input?: Record<string, unknown>) => Promise<AlertCase>;

function lifeContract(opened: Opened): void {
  it("go from normal over pending to firing and back, each with its history and its events", async () => {
    await using alerts = await opened({ for: "30s" });
    await alerts.look();
    assert.equal((await alerts.get("Failing")).state, "normal");
    alerts.vectors.set(failing, one(4, { flow: "triage" }));
    await alerts.look();
    assert.equal((await alerts.get("Failing")).state, "pending");
    await alerts.look(30_000);
    const { state, since, instances } = await alerts.get("Failing");
    assert.deepEqual(
      [state, since, instances[0]?.labels, instances[0]?.value],
      ["firing", alerts.now(), { flow: "triage" }, 4],
    );
    alerts.vectors.delete(failing);
    await alerts.look();
    assert.equal((await alerts.get("Failing")).state, "firing");
    await alerts.look(minute);
    assert.equal((await alerts.get("Failing")).state, "normal");
    const history = await alerts.call<{ before: string; state: string }[]>("alert.history", { name: "Failing" });
    assert.deepEqual(
      history.map(({ before, state: to }) => `${before} ${to}`),
      ["firing normal", "pending firing", "normal pending"],
    );
    assert.deepEqual(await alerts.events(), ["tutti.alert.changed", "tutti.alert.firing", "tutti.alert.resolved"]);
  });

  it("have a state for each set of labels", async () => {
    await using alerts = await opened();
    alerts.vectors.set(failing, [...one(4, { flow: "a" }), ...one(9, { flow: "b" })]);
    await alerts.look();
    alerts.vectors.set(failing, one(9, { flow: "b" }));
    await alerts.look();
    await alerts.look(minute);
    const { instances } = await alerts.get("Failing");
    assert.deepEqual(
      instances.map(({ labels }) => labels),
      [{ flow: "b" }],
    );
  });

  it("go on being pending after a restart, and time in which nobody looked does not count", async () => {
    await using alerts = await opened({ for: "5m" });
    alerts.vectors.set(failing, one(4));
    await alerts.look();
    for (let turn = 0; turn < 3; turn++) await alerts.look(minute);
    alerts.restart();
    await alerts.look(2 * hour);
    assert.equal((await alerts.get("Failing")).state, "pending");
    await alerts.look(minute);
    assert.equal((await alerts.get("Failing")).state, "pending");
    await alerts.look(minute);
    assert.equal((await alerts.get("Failing")).state, "firing");
  });

  it("count log records and traces of a window, and fire where there are more", async () => {
    await using alerts = await opened();
    await alerts.call("alert.add", { name: "Errors", logs: "level:error", above: 5, within: "10m" });
    await alerts.call("alert.add", { name: "Chats", traces: "status:error" });
    alerts.counts.set("level:error", 5).set("status:error", 1);
    await alerts.look();
    assert.deepEqual([(await alerts.get("Errors")).state, (await alerts.get("Chats")).state], ["normal", "firing"]);
    alerts.counts.set("level:error", 6);
    await alerts.look();
    assert.deepEqual((await alerts.get("Errors")).instances[0]?.value, 6);
  });

  it("show the last 24 hours as a line", async () => {
    await using alerts = await opened();
    alerts.vectors.set(failing, one(4));
    await alerts.look();
    const began = alerts.now();
    alerts.vectors.delete(failing);
    await alerts.look(minute);
    await alerts.look(minute);
    await alerts.look(hour);
    assert.deepEqual((await alerts.get("Failing")).timeline, [
      { from: began, to: began + 2 * minute, state: "firing" },
    ]);
  });
}

function noticeContract(opened: Opened): void {
  it("tell once that they fire and once that it is over, all sets of labels together", async () => {
    await using alerts = await opened({ advice: "Look at it", channels: ["mail"] });
    alerts.vectors.set(failing, [...one(4, { flow: "a" }), ...one(9, { flow: "b" })]);
    for (let turn = 0; turn < 3; turn++) await alerts.look();
    alerts.vectors.delete(failing);
    await alerts.look();
    await alerts.look(minute);
    assert.deepEqual(
      alerts.notices.map(({ title, channels }) => [title, ...channels]),
      [
        ["Failing fires (2)", "mail"],
        ["Failing is over (2)", "mail"],
      ],
    );
    assert.match(alerts.notices[0]?.body ?? "", /flow a: 4\nflow b: 9\nWhat to do: Look at it$/);
  });

  it("remind every 4 hours where they are critical and nobody has said anything", async () => {
    await using alerts = await opened({ severity: "critical" });
    alerts.vectors.set(failing, one(4));
    await alerts.look();
    await alerts.look(3 * hour);
    assert.equal(alerts.notices.length, 1);
    await alerts.look(hour);
    assert.equal(alerts.notices[1]?.title, "Failing still fires");
    await alerts.call("alert.ack", { name: "Failing", note: "on it" });
    await alerts.look(5 * hour);
    assert.equal(alerts.notices.length, 2);
  });

  it("remind nobody where they are not critical", async () => {
    await using alerts = await opened();
    alerts.vectors.set(failing, one(4));
    await alerts.look();
    await alerts.look(9 * hour);
    assert.equal(alerts.notices.length, 1);
  });

  it("keep an acknowledgement until they are over, and not beyond", async () => {
    await using alerts = await opened();
    alerts.vectors.set(failing, one(4));
    await alerts.look();
    const { instances } = await alerts.call("alert.ack", { name: "Failing", note: "on it" });
    assert.deepEqual(instances[0]?.ack, { at: alerts.now(), by: "Ada", note: "on it" });
    alerts.vectors.set(failing, one(5));
    await alerts.look();
    assert.equal((await alerts.get("Failing")).instances[0]?.ack?.note, "on it");
    alerts.vectors.delete(failing);
    await alerts.look();
    await alerts.look(minute);
    alerts.vectors.set(failing, one(4));
    await alerts.look();
    assert.equal((await alerts.get("Failing")).instances[0]?.ack, null);
    assert.deepEqual(
      alerts.notices.map(({ title }) => title),
      ["Failing fires", "Failing is over", "Failing fires"],
    );
  });

  it("are told again by a channel that did not take it, and only by that one", async () => {
    await using alerts = await opened({ channels: ["mail", "log"] });
    alerts.broken.add("mail");
    alerts.vectors.set(failing, one(4));
    await alerts.look();
    const [check] = alerts.alerts().checks;
    const result = await check?.run(new AbortController().signal);
    assert.match(result?.message ?? "", /Failing could not be told: mail: it is closed/);
    alerts.broken.clear();
    alerts.restart();
    await alerts.look(minute);
    assert.deepEqual(
      alerts.notices.map(({ channels }) => channels),
      [["log"], ["mail"]],
    );
  });

  it("give a channel up after a few tries", async () => {
    await using alerts = await opened({ channels: ["mail"] });
    alerts.broken.add("mail");
    alerts.vectors.set(failing, one(4));
    await alerts.look();
    for (let turn = 0; turn < 5; turn++) await alerts.look(hour);
    alerts.broken.clear();
    await alerts.look(hour);
    assert.deepEqual(alerts.notices, []);
  });
}

function silenceContract(opened: Opened): void {
  it("that are silenced are shown and not told, and told when the silence is over while they fire", async () => {
    await using alerts = await opened();
    await alerts.call("alert.silence", { name: "Failing", for: "1h", reason: "maintenance" });
    alerts.vectors.set(failing, one(4));
    await alerts.look();
    const { state, instances } = await alerts.get("Failing");
    assert.deepEqual([state, instances[0]?.silencedUntil], ["firing", alerts.now() + hour - 15_000]);
    assert.deepEqual(alerts.notices, []);
    await alerts.look(hour);
    assert.deepEqual(
      alerts.notices.map(({ title }) => title),
      ["Failing fires"],
    );
  });

  it("that begin and end within a silence are never told", async () => {
    await using alerts = await opened();
    await alerts.call("alert.silence", { for: "1h" });
    alerts.vectors.set(failing, one(4));
    await alerts.look();
    alerts.vectors.delete(failing);
    await alerts.look();
    await alerts.look(minute);
    await alerts.look(2 * hour);
    assert.deepEqual(alerts.notices, []);
  });

  it("are silenced by their labels", async () => {
    await using alerts = await opened();
    await alerts.call("alert.silence", { name: "Failing", for: "1h", where: ["flow=a"] });
    alerts.vectors.set(failing, [...one(4, { flow: "a" }), ...one(9, { flow: "b" })]);
    await alerts.look();
    assert.deepEqual(
      alerts.notices.map(({ title }) => title),
      ["Failing fires"],
    );
    assert.match(alerts.notices[0]?.body ?? "", /flow b/);
    assert.doesNotMatch(alerts.notices[0]?.body ?? "", /flow a/);
  });

  it("are heard again at once when a silence is ended", async () => {
    await using alerts = await opened();
    const { id } = await alerts.call<{ id: string }>("alert.silence", { name: "Failing", for: "1h" });
    alerts.vectors.set(failing, one(4));
    await alerts.look();
    await alerts.call("alert.unsilence", { id });
    await alerts.look();
    assert.equal(alerts.notices.length, 1);
    await assert.rejects(alerts.call("alert.unsilence", { id }), { code: "alert.silence_missing" });
  });

  it("cannot be acknowledged while they do not fire", async () => {
    await using alerts = await opened();
    await assert.rejects(alerts.call("alert.ack", { name: "Failing" }), { code: "alert.not_firing" });
    await assert.rejects(alerts.call("alert.ack", { name: "Faling" }), { code: "alert.missing", message: /Failing/ });
  });
}

function troubleContract(opened: Opened): void {
  it("have no data where nothing is known of what they are over", async () => {
    await using alerts = await opened();
    alerts.known.clear();
    await alerts.look();
    const { state, problem } = await alerts.get("Failing");
    assert.deepEqual([state, problem], ["no_data", "nothing has been kept of failing_total"]);
    assert.deepEqual(alerts.notices, []);
    alerts.known.add("failing_total");
    await alerts.look();
    assert.equal((await alerts.get("Failing")).state, "normal");
  });

  it("go on firing while their query fails, which is an error of the rule", async () => {
    await using alerts = await opened({ severity: "critical" });
    alerts.vectors.set(failing, one(4));
    await alerts.look();
    alerts.vectors.set(failing, new Error("the disk is away"));
    for (let turn = 0; turn < 9; turn++) await alerts.look(minute);
    const { state, problem, instances } = await alerts.get("Failing");
    assert.deepEqual([state, problem, instances.length], ["firing", "the disk is away", 1]);
    alerts.vectors.delete(failing);
    await alerts.look();
    await alerts.look(minute);
    const after = await alerts.get("Failing");
    assert.deepEqual([after.state, after.problem], ["normal", null]);
  });

  it("are in error where they give more sets of labels than anybody can read", async () => {
    await using alerts = await opened();
    alerts.vectors.set(
      failing,
      Array.from({ length: 501 }, (_, index) => ({ labels: { id: `${index}` }, value: 1 })),
    );
    await alerts.look();
    const { state, problem } = await alerts.get("Failing");
    assert.equal(state, "error");
    assert.match(problem ?? "", /501 sets of labels, at most 500/);
  });

  it("are counted by their state", async () => {
    await using alerts = await opened();
    alerts.vectors.set(failing, one(4));
    await alerts.look();
    const [looked] = (await alerts.alerts().metrics.look?.(new AbortController().signal)) ?? [];
    const firing = looked?.samples.find(({ labels }) => labels["state"] === "firing");
    assert.deepEqual([looked?.family.name, firing?.value], ["tutti_alerts", 1]);
  });
}
