// Alerts with real commands: what a user may get wrong, and one that really fires, is told, and is over.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { factsOf, logOf, startDetachedUp } from "../../support/daemon.ts";
import { until } from "../../support/command.ts";
import { Project } from "../../support/project.ts";

interface Rule {
  readonly name: string;
  readonly state: string;
  readonly isDefault: boolean;
}

describe("tutti alert", { concurrency: 2 }, () => {
  it("adds, shows, previews, switches off and removes a rule", async () => {
    await using project = new Project();
    const added = await project.tutti("alert", "add", "ManyReviews", "--when", "tutti_reviews_open > 5", "--for", "5m");
    assert.equal(added.code, 0, added.stderr);
    assert.match(added.stdout, /ManyReviews .*normal.*added\n.*\n\nquery +tutti_reviews_open > 5\nfor +5 min\n/);
    assert.match((await project.tutti("alert", "preview", "ManyReviews")).stdout, /^In the last 24 h .*not have fired/);
    assert.match((await project.tutti("alert", "get", "ManyReviews")).stdout, /ManyReviews/);
    const rules = await project.json<Rule[]>("alert", "list");
    assert.deepEqual(
      rules.filter(({ isDefault }) => !isDefault).map(({ name }) => name),
      ["ManyReviews"],
    );
    assert.match((await project.tutti("alert", "disable", "ManyReviews")).stdout, /– off/);
    assert.match((await project.tutti("alert", "remove", "ManyReviews")).stdout, /^Removed/);
    assert.equal((await project.json<Rule[]>("alert", "list")).length, rules.length - 1);
  });

  it("says what is wrong with a rule, where, and how to put it right", async () => {
    await using project = new Project();
    const wrong = async (...words: readonly string[]): Promise<string> => {
      const { code, stderr } = await project.tutti("alert", ...words);
      assert.equal(code, 3, `tutti alert ${words.join(" ")}: ${stderr}`);
      return stderr;
    };
    assert.match(await wrong("add", "Broken", "--when", "sum(tutti_runs_total"), /ends too early/);
    assert.match(await wrong("add", "broken", "--when", "vector(1)"), /capital letter/);
    assert.match(
      await wrong("add", "Two", "--when", "a", "--logs", "b"),
      /exactly one of when \(PromQL\), logs and traces/,
    );
    assert.match(await wrong("add", "Odd", "--when", "a", "--above", "3"), /above and within with logs or traces only/);
    assert.match(await wrong("add", "Long", "--when", "a", "--for", "soon"), /not a duration/);
    assert.match(await wrong("get", "QueueStuk"), /did you mean "QueueStuck"/);
    assert.match(await wrong("silence", "QueueStuck", "--for", "2h", "--where", "triage"), /flow=triage/);
    assert.match(await wrong("silence", "QueueStuck", "--for", "0s"), /cannot last/);
    assert.match(await wrong("preview"), /exactly one of when/);
    assert.match(await wrong("preview", "--when", "vector(1)", "--since", "30d"), /At most 7 days/);
    assert.match(await wrong("remove", "QueueStuck"), /cannot be removed[\s\S]*tutti alert disable QueueStuck/);
    assert.match(await wrong("unsilence", "sil_nothing"), /tutti alert silences/);
  });

  it("will not take the place of a rule unless it is told to", async () => {
    await using project = new Project();
    const { code, stderr } = await project.tutti("alert", "add", "QueueStuck", "--when", "vector(1)");
    assert.equal(code, 1);
    assert.match(stderr, /is there already, with another query.*alert\.conflict[\s\S]*--replace/);
  });

  it("acknowledges nothing that does not fire", async () => {
    await using project = new Project();
    const { code, stderr } = await project.tutti("alert", "ack", "QueueStuck");
    assert.equal(code, 1);
    assert.match(stderr, /nothing of alert QueueStuck fires {2}alert\.not_firing/);
  });
});

describe("an alert of a daemon", () => {
  it("fires within a turn, is told, survives the daemon, and is over when its rule is switched off", async () => {
    await using project = new Project();
    await project.tutti("alert", "add", "Always", "--when", "vector(7)", "--severity", "critical");
    await startDetachedUp(project);
    await factsOf(project);
    const firing = async (): Promise<readonly Rule[]> => project.call<Rule[]>("alert.list", { state: "firing" });
    await until("the alert fires", async () => (await firing()).length > 0);
    await until("it is told", () => logOf(project).includes("Always fires"));
    await project.tutti("down");
    assert.match(
      (await project.tutti("alert", "ack", "Always", "--note", "known")).stdout,
      /acknowledged by cli: known/,
    );
    await startDetachedUp(project);
    assert.equal((await firing())[0]?.name, "Always");
    await project.tutti("alert", "disable", "Always");
    assert.match(
      (await project.tutti("alert", "history", "Always")).stdout,
      /firing → normal +7 +the rule was disabled/,
    );
    const events = await project.call<{ type: string }[]>("event.list", { type: "tutti.alert.*" });
    assert.deepEqual(
      events.map(({ type }) => type.replace("tutti.alert.", "")),
      ["changed", "firing", "acknowledged", "resolved", "changed"],
    );
  });
});
