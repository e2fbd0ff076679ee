// `tutti service` against a service manager that only writes down what it is told.
import assert from "node:assert/strict";
import { chmodSync, existsSync, readFileSync, statSync } from "node:fs";
import { describe, it } from "node:test";
import { startUp } from "../support/daemon.ts";
import { jsonOf, Project } from "../support/project.ts";

const skip = process.platform === "linux" ? false : "the units of systemd are Linux's";

describe("tutti service", { skip, concurrency: 2 }, () => {
  it("prints what it would write, and writes nothing", async () => {
    await using project = projectWithSystemd();
    const { code, stdout, stderr } = await project.tutti("service", "install", "--dry-run");
    assert.equal(code, 0);
    assert.match(stdout, /^\[Unit\]\n/);
    assert.ok(stdout.includes(`WorkingDirectory=${project.folder}\n`), stdout);
    assert.ok(stdout.includes(`ExecStart="${process.execPath}" `), stdout);
    assert.match(stderr, /^Would be written to .*\/systemd\/user\/tutti-.*\.service$/m);
    assert.equal(project.has("config"), false);
    assert.equal(project.has(".tutti"), false);
  });

  it("installs, starts, tells how it is, and takes all away again", async () => {
    await using project = projectWithSystemd();
    const installed = await project.tutti("service", "install", "--json");
    assert.equal(installed.code, 0, installed.stderr);
    const { name, file, isStarted } = jsonOf(installed) as { name: string; file: string; isStarted: boolean };
    assert.equal(isStarted, true);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.ok(readFileSync(file, "utf8").includes('Environment="TUTTI_ENGINE_GRACE=3s"'));
    assert.match(readFileSync(file, "utf8"), /^TimeoutStopSec=18$/m);
    assert.deepEqual(told(project), ["--user daemon-reload", `--user enable ${name}`, `--user restart ${name}`]);
    assert.match(installed.stderr, /^Wrote .*\nRan +systemctl --user daemon-reload\n/);
    assert.deepEqual(await project.json("service", "status"), { name, file, isInstalled: true, isRunning: true });
    assert.equal((await project.tutti("service", "uninstall")).code, 0);
    assert.equal(existsSync(file), false);
    assert.deepEqual(told(project).slice(-2), [`--user disable --now ${name}`, "--user daemon-reload"]);
    const gone = await project.tutti("service", "status", "--json");
    assert.equal(gone.code, 5);
    assert.equal((jsonOf(gone) as { isInstalled: boolean }).isInstalled, false);
    assert.equal((await project.tutti("service", "uninstall")).code, 0);
  });

  it("keeps the file, says what to do by hand, and ends with 6 where systemd does not do it", async () => {
    await using project = projectWithSystemd(`echo "Failed to connect to bus" >&2; exit 1`);
    const { code, stderr } = await project.tutti("service", "install");
    assert.equal(code, 6);
    assert.match(stderr, /✕ systemctl --user daemon-reload: Failed to connect to bus/);
    assert.match(stderr, /Do by hand what did not work: systemctl --user daemon-reload && systemctl --user enable/);
    assert.equal((await project.tutti("service", "status")).code, 5);
  });

  it("starts nothing beside a daemon that somebody has started by hand", async () => {
    await using project = projectWithSystemd(`[ "$2" = is-active ] && exit 3; exit 0`);
    const { command } = await startUp(project);
    const { code, stderr } = await project.tutti("service", "install");
    assert.equal(code, 0);
    assert.ok(
      stderr.includes(`Process ${command.pid} serves this folder already: tutti down, then systemctl --user restart`),
      stderr,
    );
    assert.ok(!told(project).some((words) => words.includes("restart")));
  });

  it("is asked wrongly and says what there is", async () => {
    await using project = projectWithSystemd();
    const misspelled = await project.tutti("service", "instal");
    assert.equal(misspelled.code, 3);
    assert.match(misspelled.stderr, /Did you mean install\?/);
    assert.equal((await project.tutti("service", "install", "here")).code, 3);
    project.write("tutti.yaml", "engine: { graze: 3s }\n");
    assert.equal((await project.tutti("service", "install", "--dry-run")).code, 3);
  });
});

function projectWithSystemd(answer = "exit 0"): Project {
  const project = new Project();
  const told = project.path("told");
  chmodSync(project.write("bin/systemctl", `#!/bin/sh\necho "$@" >> "${told}"\n${answer}\n`), 0o755);
  Object.assign(project.environment, {
    PATH: `${project.path("bin")}:${process.env["PATH"]}`,
    XDG_CONFIG_HOME: project.path("config"),
    TUTTI_ENGINE_GRACE: "3s",
  });
  return project;
}

/** What the service manager was told, without the questions. */
function told(project: Project): string[] {
  const lines = project.has("told") ? readFileSync(project.path("told"), "utf8").trim().split("\n") : [];
  return lines.filter((line) => !line.includes("is-active"));
}
