import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { launchdPlist, serviceName, systemdUnit, type Service } from "../../../../src/cli/daemon/service-unit.ts";

// All that has a meaning of its own in one of the two forms.
const awkward: Service = {
  folder: "/tmp",
  command: [process.execPath, "/opt/a b/100%/tutti.js", "up", "--set", 'models.default=a"b\\c$HOME', "<&>"],
  environment: { PATH: "/usr/bin:/bin", TUTTI_HOME: "/srv/x & y" },
  stopWithinSeconds: 25,
};

const hasAnalyzer = spawnSync("systemd-analyze", ["--version"]).status === 0;

describe("the unit of systemd", () => {
  it("passes systemd's own examination", { skip: hasAnalyzer ? false : "no systemd-analyze" }, () => {
    const folder = mkdtempSync(join(tmpdir(), "tutti-unit-"));
    try {
      const file = join(folder, "tutti-test.service");
      writeFileSync(file, systemdUnit(awkward));
      mkdirSync(join(folder, "run"), { mode: 0o700 });
      const env = { ...process.env, XDG_RUNTIME_DIR: join(folder, "run") };
      const { status, stderr } = spawnSync("systemd-analyze", ["verify", "--user", "--man=no", file], {
        env,
        encoding: "utf8",
      });
      const own = stderr.split("\n").filter((line) => line.includes("tutti-test"));
      assert.deepEqual(own, []);
      assert.equal(status, 0, stderr);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("says each word as it is: quotes, backslashes, and systemd's own signs", () => {
    const unit = systemdUnit(awkward);
    assert.match(unit, /"\/opt\/a b\/100%%\/tutti\.js" "up" "--set" "models\.default=a\\"b\\\\c\$\$HOME" "<&>"$/m);
    assert.match(unit, /^Environment="TUTTI_HOME=\/srv\/x & y"$/m);
    assert.match(unit, /^TimeoutStopSec=25$/m);
    assert.match(systemdUnit({ ...awkward, folder: "/a b/50%" }), /^WorkingDirectory=\/a b\/50%%$/m);
  });
});

describe("the agent of launchd", () => {
  it("is well-formed, and means what it was told", { skip: hasPython() ? false : "no python3 to read a plist" }, () => {
    const script = "import json, plistlib, sys; print(json.dumps(plistlib.loads(sys.stdin.buffer.read())))";
    const text = execFileSync("python3", ["-c", script], { input: launchdPlist(awkward), encoding: "utf8" });
    const read = JSON.parse(text) as Record<string, unknown>;
    assert.deepEqual(read["ProgramArguments"], awkward.command);
    assert.deepEqual(read["EnvironmentVariables"], awkward.environment);
    assert.deepEqual(read["KeepAlive"], { SuccessfulExit: false });
    assert.equal(read["WorkingDirectory"], "/tmp");
    assert.match(String(read["Label"]), /^dev\.tutti\.tmp-[0-9a-f]{8}$/);
  });
});

it("a service is named after its folder, and no two folders share one", () => {
  assert.match(serviceName("/home/ada/My Notes"), /^tutti-my-notes-[0-9a-f]{8}$/);
  assert.match(serviceName("/"), /^tutti-[0-9a-f]{8}$/);
  assert.notEqual(serviceName("/a/x"), serviceName("/b/x"));
});

function hasPython(): boolean {
  return spawnSync("python3", ["-c", "import plistlib"]).status === 0;
}
