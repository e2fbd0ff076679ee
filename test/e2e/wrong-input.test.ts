// What a user may get wrong, with real commands: each ends with its exit code, one sentence, a place and a fix.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { RunRecord } from "../../src/core/step.ts";
import { errorOf, jsonOf, Project } from "../support/project.ts";

const typed = `import { flow, z } from "tutti";
export default flow({ name: "typed", input: z.object({ name: z.string(), count: z.int().optional(), all: z.boolean().optional() }),
  async run(step, input) { return step.run("look", () => input); } });
`;

describe("an input", { concurrency: 2 }, () => {
  it("with a name that the flow does not take is refused with the nearest", async () => {
    await using project = new Project();
    project.write("flows/typed.ts", typed);
    const { code, stderr } = await project.tutti("run", "typed", "--input", "nmae=Ada");
    assert.equal(code, 3);
    assert.match(stderr, /✕ flow "typed" takes no input "nmae" {2}flow\.input_invalid\n {2}fix +Did you mean name\?/);
    assert.deepEqual(await project.json("run", "list"), []);
  });

  it("is text where the flow takes text, whatever it looks like, and JSON elsewhere", async () => {
    await using project = new Project();
    project.write("flows/typed.ts", typed);
    const words = ["--input", "name=7", "--input", "count=7", "--input", "all=true"];
    const { output } = await project.json<RunRecord>("run", "typed", ...words);
    assert.deepEqual(output, { name: "7", count: 7, all: true });
  });
});

describe("a flow", { concurrency: 2 }, () => {
  it("that is not there ends with 3 and names those that are", async () => {
    await using project = new Project();
    project.flow("greet", "return 1;");
    const { code, stdout, stderr } = await project.tutti("run", "gret");
    assert.equal(code, 3);
    assert.equal(stdout, "");
    assert.match(stderr, /^✕ there is no flow "gret" {2}flow\.missing\n {2}fix .*greet/);
  });

  it("that is not there is met with the nearest name among many", async () => {
    await using project = new Project();
    for (const name of ["alpha", "greet", "omega"]) project.flow(name, "return 1;");
    assert.match((await project.tutti("run", "gret")).stderr, /fix +Did you mean greet\?/);
  });

  it("is met with the nearest name wherever it is named", async () => {
    await using project = new Project();
    project.flow("greet", "return 1;");
    assert.match((await project.tutti("flow", "show", "gret")).stderr, /fix +Did you mean greet\?/);
  });

  it("with a syntax error is told with its file and line", async () => {
    await using project = new Project();
    const file = project.write("flows/broken.ts", `import { flow } from "tutti";\n\nexport default flow({ name: ;\n`);
    const { code, stdout } = await project.tutti("run", "broken", "--json");
    assert.equal(code, 3);
    const error = errorOf({ stdout, stderr: "" });
    assert.equal(error.code, "flow.syntax");
    assert.ok(error.message.startsWith(`${file}:3`), error.message);
    assert.equal(error.where, `${file}:3`);
  });

  it("that throws at import is told with its file and line, and does not hide the others", async () => {
    await using project = new Project();
    project.flow("well", "return 1;");
    const file = project.write("flows/throws.ts", `const nothing: any = null;\nexport default nothing.flow;\n`);
    const { code, stderr } = await project.tutti("run", "throws");
    assert.equal(code, 3);
    assert.ok(stderr.includes(`${file}:2`), stderr);
    assert.match(stderr, /flow\.invalid/);
    type Entry = { name: string; problem: string | null; isBuiltIn: boolean };
    const flows = await project.json<Entry[]>("flow", "list");
    assert.deepEqual(
      flows.filter(({ isBuiltIn }) => !isBuiltIn).map(({ name, problem }) => [name, problem === null]),
      [
        ["throws", false],
        ["well", true],
      ],
    );
  });

  it("that throws something that is no error fails with a sentence, and exit code 1", async () => {
    await using project = new Project();
    project.flow("odd", `throw { some: "thing" };`);
    const { code, stdout } = await project.tutti("run", "odd", "--json");
    assert.equal(code, 1);
    const { status, error } = jsonOf({ stdout, stderr: "" }) as RunRecord;
    assert.equal(status, "failed");
    assert.deepEqual(
      [error?.code, error?.message],
      ["flow.failed", "threw a value of type object, which is not an Error"],
    );
  });

  it("with a result that JSON cannot hold fails and says where in the value", async () => {
    await using project = new Project();
    project.flow("step-map", `return step.run("make", () => ({ inner: new Map() }) as any);`);
    project.flow("end-date", `return { at: new Date(0) };`);
    const step = await project.tutti("run", "step-map");
    assert.equal(step.code, 1);
    assert.match(step.stderr, /step "make" at \.inner is a Map, which JSON cannot hold {2}engine\.not_json/);
    assert.match(step.stderr, /\nfix +Return plain objects/);
    const end = await project.tutti("run", "end-date");
    assert.equal(end.code, 1);
    assert.match(end.stderr, /at \.at is a Date.*engine\.not_json/);
  });

  // The bound is what reading such an answer took while its pieces were joined again and again.
  it("hands out a step result of 50 MB, stores it, and gives it back to a client", { timeout: 20_000 }, async () => {
    await using project = new Project();
    const body = `const big = await step.run("make", () => "0123456789".repeat(5_242_880));
    return { length: big.length, end: big.slice(-3) };`;
    project.flow("big", body);
    const host = project.start(["work"]);
    await host.says(/Working/);
    const run = await project.json<RunRecord>("run", "big");
    assert.deepEqual(run.output, { length: 52_428_800, end: "789" });
    const got = await project.json<RunRecord>("run", "get", run.id);
    assert.equal(String(got.steps[0]?.output).length, 52_428_800);
    assert.ok(project.sizeOf("blobs") > 52_000_000);
  });
});

describe("input", { concurrency: 2 }, () => {
  it("that does not fit the schema ends with 3, names the field, and stores no run", async () => {
    await using project = new Project();
    project.flow("greet", "return input.name;", { input: "z.object({ name: z.string(), count: z.number() })" });
    const { code, stderr } = await project.tutti("run", "greet", "--input", "count=many");
    assert.equal(code, 3);
    assert.match(stderr, /input of flow "greet" is not valid: name is missing.*; count must be a number, not "many" /);
    assert.match(stderr, /fix +`tutti flow show greet`/);
    assert.deepEqual(await project.json("run", "list"), []);
  });

  it("that is no key=value, no JSON, or a file that is not there ends with 3 and says which", async () => {
    await using project = new Project();
    project.flow("greet", "return input.name;");
    project.write("bad.json", `{"name": }`);
    project.write("list.json", `[1]`);
    const cases: readonly (readonly [readonly string[], RegExp])[] = [
      [["--input", "name"], /"name" is not key=value/],
      [["--input-file", "bad.json"], /bad\.json is not JSON: /],
      [
        ["--input-file", "missing.json"],
        /input file missing\.json is not there.*\n {2}where +missing\.json\n {2}fix +It is sought from /,
      ],
      [["--input-file", "list.json", "--input", "name=Ada"], /list\.json is not a JSON object/],
    ];
    for (const [words, said] of cases) {
      const { code, stdout, stderr } = await project.tutti("run", "greet", ...words);
      assert.equal(code, 3, stderr);
      assert.equal(stdout, "");
      assert.match(stderr, said);
    }
  });

  it("comes from standard input where the file is -", async () => {
    await using project = new Project();
    project.flow("greet", "return input.name;");
    const command = project.start(["run", "greet", "--input-file", "-"], { stdin: `{"name":"Zoë"}` });
    const { code, stdout } = await command.ended;
    assert.equal(code, 0);
    assert.equal(stdout, "Zoë\n");
  });
});

describe("two files with one flow name", { concurrency: 2 }, () => {
  it("are told where that name is asked for, and in the list; each still runs by its path", async () => {
    await using project = new Project();
    for (const file of ["a", "b"]) project.write(`flows/${file}.ts`, typed);
    const { code, stderr } = await project.tutti("run", "typed", "--input", "name=Ada");
    assert.equal(code, 3);
    assert.match(
      stderr,
      /^✕ a\.ts defines a flow "typed", and so does b\.ts {2}flow\.invalid\n {2}where +flows\/a\.ts\n {2}fix /,
    );
    assert.match((await project.tutti("flow", "list")).stdout, /b\.ts defines a flow "typed", and so does a\.ts/);
    assert.equal((await project.tutti("run", "flows/b.ts", "--input", "name=Ada")).code, 0);
  });

  it("leave the name to the file that is called like it", async () => {
    await using project = new Project();
    project.flow("greet", "return 1;");
    project.write(
      "flows/a.ts",
      `import { flow } from "tutti";\nexport default flow({ name: "greet", run: async () => 2 });\n`,
    );
    assert.equal((await project.json<RunRecord>("run", "greet")).output, 1);
    assert.match((await project.tutti("flow", "list")).stdout, /a\.ts defines a flow "greet", and so does greet\.ts/);
  });
});

describe("settings that are wrong", { concurrency: 2 }, () => {
  const cases: readonly (readonly [what: string, write: (project: Project) => unknown, said: RegExp])[] = [
    [
      "by a key",
      (project) => project.write("tutti.yaml", "engine: { graec: 1s }\n"),
      /unknown key "engine\.graec" in tutti\.yaml:1:11/,
    ],
    [
      "by a value",
      (project) => project.write("tutti.yaml", "engine:\n  grace: soon\n"),
      /tutti\.yaml:2:3: engine\.grace is not a duration/,
    ],
    ["by a folder in their place", (project) => project.write("tutti.yaml/x", ""), /tutti\.yaml is a folder/],
  ];
  for (const [what, write, said] of cases) {
    it(`${what} stop what needs them, and neither the doctor nor the help nor init`, async () => {
      await using project = new Project();
      write(project);
      for (const words of [
        ["run", "list"],
        ["tool", "list"],
        ["config", "get", "engine.grace"],
      ]) {
        const { code, stdout, stderr } = await project.tutti(...words);
        assert.deepEqual([code, stdout], [3, ""], words.join(" "));
        assert.match(stderr, said);
      }
      const doctor = await project.tutti("doctor");
      assert.equal(doctor.code, 1);
      assert.match(doctor.stdout, new RegExp(`✕ configuration {2}.*${said.source}`));
      const path = await project.tutti("config", "path");
      assert.deepEqual([path.code, path.stdout], [0, `${project.path("tutti.yaml")}\n`]);
      assert.equal((await project.tutti("help", "run", "list")).code, 0);
      const init = await project.tutti("init", "--json");
      assert.equal(init.code, 0, init.stderr);
      assert.ok((jsonOf(init) as { kept: string[] }).kept.includes("tutti.yaml"));
      assert.match(init.stderr, said);
      assert.ok(project.has("flows/hello.ts"));
    });
  }

  it("are proved by the doctor where they are right", async () => {
    await using project = new Project();
    assert.match((await project.tutti("doctor")).stdout, /✓ configuration/);
  });
});

describe("a command line", { concurrency: 2 }, () => {
  it("with a wrong word or flag ends with 3 and the nearest one", async () => {
    await using project = new Project();
    const word = await project.tutti("review", "aprove", "rev_1");
    assert.equal(word.code, 3);
    assert.match(word.stderr, /fix +Did you mean approve\?/);
    const flag = await project.tutti("run", "greet", "--imput", "a=1");
    assert.equal(flag.code, 3);
    assert.match(flag.stderr, /unknown option '--imput'[^]*Did you mean --input\?/);
  });

  it("that asks for a run or review that is not there ends with 3", async () => {
    await using project = new Project();
    project.flow("greet", "return 1;");
    await project.tutti("run", "greet");
    for (const words of [
      ["run", "get", "run_none"],
      ["run", "watch", "run_none"],
      ["run", "cancel", "run_none"],
      ["review", "approve", "rev_none"],
    ]) {
      const { code, stdout } = await project.tutti(...words, "--json");
      const [kind = ""] = words;
      assert.deepEqual([code, errorOf({ stdout, stderr: "" }).code], [3, `${kind}.missing`]);
    }
  });

  it("that only reads answers empty in a folder without data, and makes none", async () => {
    await using project = new Project();
    assert.deepEqual(await project.json("run", "list"), []);
    assert.deepEqual(await project.json("review", "list"), []);
    assert.equal(project.host, null);
    assert.equal(project.has(".tutti"), false);
  });
});
