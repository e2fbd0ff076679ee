// Data folders in trouble, with real files, disks and processes: what is told, and that nothing is lost or done twice.
import assert from "node:assert/strict";
import { mkdirSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, it } from "node:test";
import type { RunRecord } from "../../src/core/step.ts";
import { Command, until } from "../support/command.ts";
import { errorOf, Project } from "../support/project.ts";
import { SmallDisk, smallDiskUnavailable } from "../support/small-disk.ts";

const noDisk = smallDiskUnavailable();

describe("a full disk", { skip: noDisk }, () => {
  it("makes the run wait, and it goes on when there is space again: nothing lost, nothing done twice", async () => {
    await using project = new Project();
    using disk = new SmallDisk(project.data, 1_024);
    project.flow("fills", fiveSteps(2_000));
    const run = project.start(["run", "fills"]);
    await project.marked("made 0");
    disk.fill();
    project.open("gate-0");
    await run.says(/! .*orchestrator\.db is on a full disk {2}storage\.full\n {2}The work waits for it/);
    assert.deepEqual(project.marks(), ["made 0"]);
    for (const step of [1, 2, 3, 4]) project.open(`gate-${step}`);
    disk.free();
    const { code, stdout } = await run.ended;
    assert.equal(code, 0);
    assert.equal(stdout, "5 made\n");
    assert.deepEqual(project.marks(), ["made 0", "made 1", "made 2", "made 3", "made 4"]);
    const [stored] = await project.json<RunRecord[]>("run", "list");
    assert.equal(stored?.status, "succeeded");
  });

  it("does no step twice either where its result is a large one", async () => {
    await using project = new Project();
    using disk = new SmallDisk(project.data, 1_024);
    project.flow("fills", fiveSteps(20_000));
    const run = project.start(["run", "fills"]);
    await project.marked("made 0");
    disk.fill();
    for (const step of [0, 1, 2, 3, 4]) project.open(`gate-${step}`);
    await run.says(/is on a full disk/);
    disk.free();
    assert.equal((await run.ended).code, 0);
    assert.deepEqual(project.marks(), ["made 0", "made 1", "made 2", "made 3", "made 4"]);
  });

  it("at the start of a command ends it with a sentence and what to do", async () => {
    await using project = new Project();
    using disk = new SmallDisk(project.data, 1_024);
    project.flow("quick", "return 1;");
    for (const folder of ["new", "used"]) {
      disk.fill();
      const { code, stderr } = await project.tutti("run", "quick");
      assert.equal(code, 1, folder);
      assert.match(stderr, /storage\.full[^]*fix +Free some space/);
      disk.free();
      assert.equal((await project.tutti("run", "quick")).code, 0);
    }
  });
});

describe("a database", { concurrency: 2 }, () => {
  it("is the host's alone while it runs, unless another program has it open or the settings say otherwise", async () => {
    await using project = new Project();
    project.flow("slow", fiveSteps(10));
    const run = project.start(["run", "slow"]);
    await project.marked("made 0");
    using stranger = new DatabaseSync(databaseOf(project));
    assert.throws(() => stranger.exec("select * from runs"), /locked/);
    for (const step of [0, 1, 2, 3, 4]) project.open(`gate-${step}`);
    assert.equal((await run.ended).code, 0);
    assert.equal(stranger.prepare("select status from runs").all().length, 1);
    // The stranger still has it open.
    assert.equal((await project.tutti("run", "list", "--json")).code, 0);
  });

  it("that another program holds is waited for by the run, which the user is told", async () => {
    await using project = new Project({ env: { TUTTI_STORAGE_EXCLUSIVE: "false" } });
    project.flow("slow", fiveSteps(10));
    const run = project.start(["run", "slow"]);
    await project.marked("made 0");
    {
      await using holder = await holdDatabase(project);
      project.open("gate-0");
      await run.says(/! .*orchestrator\.db is locked by another program {2}storage\.locked/);
      assert.equal(holder.hasEnded, false);
    }
    for (const step of [1, 2, 3, 4]) project.open(`gate-${step}`);
    assert.equal((await run.ended).code, 0);
    assert.deepEqual(project.marks(), ["made 0", "made 1", "made 2", "made 3", "made 4"]);
  });

  it("that another program holds ends a new command with storage.locked", async () => {
    await using project = await projectWithData();
    await using holder = await holdDatabase(project);
    assert.equal(holder.hasEnded, false);
    assert.match(await failure(project), /storage\.locked: .*locked by another program.*End the program/);
  });

  it("of a newer version is left alone, and told so", async () => {
    await using project = await projectWithData();
    using database = new DatabaseSync(databaseOf(project));
    database.exec("insert into tutti_migrations (room, name, applied_at) values ('engine', '999-later', 1)");
    assert.match(await failure(project), /storage\.newer: .*"engine\/999-later".*newer version/);
  });

  it("that is damaged or none at all is told with its path, and not touched", async () => {
    await using project = await projectWithData();
    const file = databaseOf(project);
    writeFileSync(file, Buffer.alloc(8_192, 7), { flag: "r+" });
    assert.match(await failure(project), /storage\.corrupt: .*is not a SQLite database/);
    await using other = await projectWithData();
    const cut = databaseOf(other);
    truncateSync(cut, 8_192);
    assert.match(await failure(other), /storage\.corrupt: .*is damaged.*backup/);
    assert.equal(statSync(cut).size, 8_192);
  });

  it("has private files in private folders, and git does not see them", async () => {
    await using project = new Project();
    project.flow("big", `return step.run("make", async () => { await opened("end"); return "x".repeat(9_000); });`);
    const run = project.start(["run", "big"]);
    await project.newestRun("running");
    const modes = (): Record<string, string> => project.modes();
    assert.deepEqual(
      Object.entries(modes()).filter(([path, mode]) => mode !== (path.endsWith("/") ? "700" : "600")),
      [],
    );
    for (const file of ["tutti.lock", "socket", "tenants/default/orchestrator.db"]) assert.equal(modes()[file], "600");
    project.open("end");
    assert.equal((await run.ended).code, 0);
    assert.deepEqual(
      Object.entries(modes()).filter(([path, mode]) => path.includes("blobs/") && mode === "600").length,
      1,
    );
    assert.equal(await project.gitStatus(), "?? flows/\n?? gates/\n");
  });
});

describe("a data folder", { concurrency: 2 }, () => {
  it("with a host makes every other command its client", async () => {
    await using project = new Project();
    project.flow("slow", fiveSteps(10));
    const host = project.start(["work"]);
    await host.says(/Working on the runs/);
    const second = project.start(["run", "slow"]);
    await project.marked("made 0");
    assert.equal(project.host, host.pid);
    for (const gate of [0, 1, 2, 3, 4]) project.open(`gate-${gate}`);
    assert.equal((await second.ended).code, 0);
    assert.equal(project.host, host.pid);
  });

  it("that is not there yet takes several first commands at once", async () => {
    await using project = new Project();
    project.flow("quick", `return step.run("one", () => "done");`);
    const endings = await Promise.all([1, 2, 3, 4].map(() => project.tutti("run", "quick")));
    assert.deepEqual(
      endings.map(({ code, stdout, stderr }) => [code, stdout, code === 0 ? "" : stderr]),
      endings.map(() => [0, "done\n", ""]),
    );
    assert.equal((await project.json<RunRecord[]>("run", "list")).length, 4);
  });

  it("whose holder lives but does not answer is told with the pid", async () => {
    await using project = new Project();
    const host = project.start(["work"]);
    await host.says(/Working on the runs/);
    host.signal("SIGSTOP");
    const { code, stdout } = await project.tutti("run", "list", "--json");
    const error = errorOf({ stdout, stderr: "" });
    assert.equal(code, 1);
    assert.equal(error.code, "host.busy");
    assert.ok(error.message.includes(`process ${host.pid}`), error.message);
    assert.ok(error.hint?.includes(`kill ${host.pid}`), error.hint ?? "");
  });

  it("with the socket and the lock file of a dead host is no obstacle", async () => {
    await using project = new Project();
    project.flow("quick", "return 1;");
    const host = project.start(["work"]);
    await host.says(/Working on the runs/);
    await host.kill();
    assert.ok(project.has(".tutti/socket"));
    assert.equal((await project.tutti("run", "quick")).code, 0);
    assert.equal(project.has(".tutti/socket"), false);
  });

  it("that TUTTI_HOME names takes only the data; flows stay where they are", async () => {
    const place = new Project();
    await using project = new Project({ env: { TUTTI_HOME: place.path("data", "of", "mine") } });
    project.defer(() => place[Symbol.asyncDispose]());
    project.flow("quick", "return 1;");
    mkdirSync(project.path("deep", "down"), { recursive: true });
    const run = project.start(["run", "quick"], { cwd: project.path("deep", "down") });
    assert.equal((await run.ended).code, 0, run.stderr);
    assert.ok(place.has("data/of/mine/tenants/default/orchestrator.db"));
    assert.equal(project.has(".tutti"), false);
    assert.equal((await project.json<RunRecord[]>("run", "list")).length, 1);
  });

  it("that cannot be made, or is a file, is told with what to do", async () => {
    await using project = new Project();
    project.flow("quick", "return 1;");
    project.write("file", "");
    const below = project.start(["run", "quick", "--json"], { env: { TUTTI_HOME: "file/below" } });
    const told = await toldBy(below);
    assert.match(told, /^1 storage\.unavailable: the data folder .*file\/below cannot be made.*TUTTI_HOME/);
    const reads = project.start(["run", "list", "--json"], { env: { TUTTI_HOME: "file" } });
    assert.match(await toldBy(reads), /^1 storage\.unavailable: .*file\/tutti\.lock cannot be opened.*Check the owner/);
  });

  it("that is read-only is told, for reading too", { skip: noDisk }, async () => {
    await using project = new Project();
    using disk = new SmallDisk(project.data, 1_024);
    project.flow("quick", "return 1;");
    assert.equal((await project.tutti("run", "quick")).code, 0);
    disk.makeReadOnly();
    assert.match(await failure(project), /storage\.unavailable: .*is read-only.*Check the owner/);
    assert.match(await toldBy(project.start(["run", "quick", "--json"])), /^1 storage\.unavailable: .*is read-only/);
  });
});

/** Five steps that mark what they do and wait for their gates, with results of `size` characters. */
function fiveSteps(size: number): string {
  return `for (const index of [0, 1, 2, 3, 4])
      await step.run("make", async () => {
        mark("made " + index);
        await opened("gate-" + index);
        return "x".repeat(${size});
      });
    return "5 made";`;
}

async function projectWithData(): Promise<Project> {
  const project = new Project();
  project.flow("quick", "return 1;");
  assert.equal((await project.tutti("run", "quick")).code, 0);
  return project;
}

function databaseOf(project: Project): string {
  return join(project.data, "tenants", "default", "orchestrator.db");
}

/** What a command that only reads says of the folder, as "code: message hint". */
async function failure(project: Project): Promise<string> {
  return (await toldBy(project.start(["run", "list", "--json"]))).replace(/^1 /, "");
}

async function toldBy(command: Command): Promise<string> {
  const ending = await command.ended;
  const error = errorOf(ending);
  return `${ending.code} ${error.code}: ${error.message} ${error.hint ?? ""}`;
}

/** Another program with the database open in an exclusive transaction. */
async function holdDatabase(project: Project): Promise<Command> {
  const program = `const { DatabaseSync } = require("node:sqlite");
    const database = new DatabaseSync(${JSON.stringify(databaseOf(project))}, { timeout: 5000 });
    database.exec("begin immediate");
    console.log("held");
    setInterval(() => undefined, 1000);`;
  const holder = new Command(process.execPath, ["-e", program], { cwd: project.folder, env: process.env });
  await until("the database is held", () => holder.stdout.includes("held"));
  return holder;
}
