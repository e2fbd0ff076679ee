import assert from "node:assert/strict";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { openFileLog } from "../../../../src/cli/daemon/log-file.ts";
import { lastLines, LogFollower } from "../../../../src/cli/daemon/log-reader.ts";
import { presentLine } from "../../../../src/cli/daemon/raw-log.ts";
import { createTerminalText } from "../../../../src/cli/terminal-text.ts";

function scratch(): { readonly path: string } & Disposable {
  const folder = mkdtempSync(join(tmpdir(), "tutti-log-"));
  return {
    path: join(folder, "tutti.log"),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

describe("the daemon's log", () => {
  it("is JSON lines with their time, readable by its user alone", () => {
    using file = scratch();
    using opened = openFileLog(file.path);
    opened.log.info("host.started", { pid: 7 });
    opened.log.error("job.failed", { error: new Error("no luck") });
    const [first, second] = readFileSync(file.path, "utf8").trim().split("\n");
    const { at, ...rest } = JSON.parse(first ?? "") as { at: string };
    assert.ok(!Number.isNaN(Date.parse(at)));
    assert.deepEqual(rest, { level: "info", event: "host.started", pid: 7 });
    assert.equal((JSON.parse(second ?? "") as { error: string }).error, "no luck");
    assert.equal(statSync(file.path).mode & 0o777, 0o600);
  });

  it("never takes more than two files of its size, and loses none of the last lines", () => {
    using file = scratch();
    using opened = openFileLog(file.path, { capBytes: 1_000 });
    for (let n = 0; n < 200; n++) opened.log.info("tick", { n });
    assert.ok(statSync(file.path).size <= 1_000);
    assert.ok(statSync(`${file.path}.1`).size <= 1_100);
    const numbers = lastLines(file.path, 12).map((line) => (JSON.parse(line) as { n: number }).n);
    assert.deepEqual(numbers, [188, 189, 190, 191, 192, 193, 194, 195, 196, 197, 198, 199]);
  });

  it("is silent where it cannot write: a full disk must not stop who logs", () => {
    using opened = openFileLog("/nowhere/at/all/tutti.log");
    opened.log.warn("storage.waited_for", {});
  });
});

describe("who follows a log", () => {
  it("gets each line once, also across the turn to a new file", () => {
    using file = scratch();
    using opened = openFileLog(file.path, { capBytes: 500 });
    opened.log.info("before", {});
    const follower = new LogFollower(file.path);
    const seen: number[] = [];
    for (let n = 0; n < 100; n++) {
      opened.log.info("tick", { n });
      if (n % 3 === 0) seen.push(...numbersOf(follower.next()));
    }
    seen.push(...numbersOf(follower.next()));
    assert.deepEqual(seen, [...seen.keys()]);
    assert.equal(seen.length, 100);
  });

  it("gets a line when it is whole, and letters of several bytes whole, too", () => {
    using file = scratch();
    const follower = new LogFollower(file.path);
    const bytes = Buffer.from("grüße\n");
    appendFileSync(file.path, bytes.subarray(0, 3));
    assert.deepEqual(follower.next(), []);
    appendFileSync(file.path, bytes.subarray(3));
    assert.deepEqual(follower.next(), ["grüße"]);
  });
});

describe("a line of the log on a terminal", () => {
  const color = createTerminalText().colors(false);

  it("says when, how bad, and what, with the words if there are any", () => {
    const at = new Date(2026, 10, 25, 9, 5, 3).toISOString();
    const entry = (fields: object): string =>
      presentLine(JSON.stringify({ at, level: "warn", event: "x.y", ...fields }), color);
    assert.equal(entry({ run: "run_1", n: 2 }), "2026-11-25 09:05:03 warn  x.y  run=run_1 n=2");
    assert.equal(entry({ message: "It is so.", keys: ["a"] }), "2026-11-25 09:05:03 warn  x.y  It is so.");
  });

  it("is the text itself where it is no entry", () => {
    assert.equal(presentLine("a word of a flow", color), "a word of a flow");
    assert.equal(presentLine('{"my":"json"}', color), '{"my":"json"}');
  });
});

function numbersOf(lines: readonly string[]): number[] {
  return lines.map((line) => (JSON.parse(line) as { n: number }).n);
}
