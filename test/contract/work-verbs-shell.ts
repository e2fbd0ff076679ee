import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { StepError } from "../../src/core/error.ts";
import type { Step } from "../../src/index.ts";
import {
  acrossChange,
  acrossCrash,
  ended,
  failureOf,
  readIfThere,
  until,
  workFlow,
  type OpenWork,
} from "./work-verbs-case.ts";

const secret = "hunter2-do-not-store";

export function shellTests(open: OpenWork): void {
  test("is handed argv, stdin, cwd and env; its output and exit code are the result, also one that is not 0", async () => {
    await using engine = await open({ environment: { OF_THE_HOST: "there" } });
    mkdirSync(join(engine.workspace, "sub"));
    const script =
      'printf "%s|" "$@" "$GREETING" "$OF_THE_HOST" "$PWD" "$TUTTI_RUN" "$TUTTI_STEP"; cat; echo oops >&2; exit 3';
    const run = await engine.run(
      workFlow(async (step) =>
        step.shell("s", ["sh", "-c", script, "sh", "a b", "*"], {
          stdin: "given",
          cwd: "sub",
          env: { GREETING: "hi" },
        }),
      ),
    );
    const stdout = ["a b", "*", "hi", "there", join(engine.workspace, "sub"), run.id, "s", "given"].join("|");
    assert.deepEqual(run.output, { stdout, stderr: "oops\n", exitCode: 3 });
    assert.equal(run.steps[0]?.status, "succeeded");
    assert.equal(run.steps[0]?.kind, "shell");
  });

  test("argv, cwd, stdin and the names of env are stored; a value of env is in no row, whatever happens", async () => {
    await using engine = await open();
    const env = { Z_TOKEN: secret, A_TOKEN: secret };
    const run = await engine.run(
      workFlow(async (step) => {
        await step.shell("good", ["sh", "-c", "cat"], { env, cwd: ".", stdin: "in" });
        const missing = step.shell("missing", ["no-such-program-here"], { env });
        const late = step.shell("late", ["sleep", "60"], { env, timeout: 50 });
        const odd = step.shell("odd", ["true"], { env: { TOKEN: `${secret}\u0000` } });
        return Promise.all([missing, late, odd].map((call) => call.catch((error: StepError) => error.code)));
      }),
    );
    assert.deepEqual(run.output, ["tool.failed", "engine.deadline", "tool.input_invalid"]);
    const row = (await engine.store.rows(run.id))[0];
    assert.deepEqual(JSON.parse(row?.input ?? ""), {
      argv: ["sh", "-c", "cat"],
      cwd: ".",
      env: ["A_TOKEN", "Z_TOKEN"],
      stdin: "in",
    });
    assert.doesNotMatch(await engine.everyRow(), /hunter2/);
  });

  test("a program or a folder that is not there fails the step with what to do", async () => {
    await using engine = await open();
    const run = await engine.run(
      workFlow(async (step) => {
        const failures = [step.shell("p", ["no-such-program-here"]), step.shell("f", ["true"], { cwd: "nowhere" })];
        return Promise.all(failures.map((call) => call.catch(({ code, message }: StepError) => ({ code, message }))));
      }),
    );
    const [program, folder] = run.output as { code: string; message: string }[];
    assert.equal(program?.code, "tool.failed");
    assert.match(program?.message ?? "", /no-such-program-here cannot be started: there is no such program \(ENOENT\)/);
    assert.match(folder?.message ?? "", /the folder .*nowhere does not exist/);
    assert.match(JSON.stringify(run.steps[0]?.error?.data), /Install it/);
    assert.deepEqual(await engine.tracked(run.id), []);
  });

  test("wrong arguments reject the promise and leave no row", async () => {
    await using engine = await open();
    const run = await engine.run(
      workFlow(async (step) => {
        const code = (error: StepError): string => error.code;
        return [
          await step.shell("a", []).catch(code),
          await step.shell("b", ["true"], { timeout: "soon" }).catch(code),
        ];
      }),
    );
    assert.deepEqual(run.output, ["usage.invalid", "usage.invalid"]);
    assert.deepEqual(run.steps, []);
  });

  test("20 MB of output are handed out whole, and stored outside of the row", async () => {
    await using engine = await open();
    const script = "head -c 20000000 /dev/zero | tr '\\000' x; echo end";
    const flow = workFlow(async (step) => {
      const { stdout } = await step.shell("big", ["sh", "-c", script]);
      return [stdout.length, stdout.slice(-5)];
    });
    const run = await engine.run(flow);
    assert.deepEqual(run.output, [20_000_004, "xend\n"]);
    assert.match((await engine.store.rows(run.id))[0]?.result ?? "", /^@[0-9a-f]{64}$/);
  });

  test("bytes that are not UTF-8 become U+FFFD, and NUL survives", async () => {
    await using engine = await open();
    const run = await engine.run(
      workFlow(async (step) => (await step.shell("s", ["printf", String.raw`a\377b\303\244\000c`])).stdout),
    );
    assert.equal(run.output, "a\uFFFDbä\u0000c");
  });

  test("its output is a live event while it runs", async () => {
    await using engine = await open();
    const seen: { key: string | undefined; data: unknown }[] = [];
    const flow = workFlow(async (step) => step.shell("s", ["sh", "-c", "echo first; echo second >&2"]));
    const id = await engine.start(flow);
    const leave = engine.live.subscribe(id, ({ type, key, data }) => type === "live" && seen.push({ key, data }));
    await engine.until(id, ...ended);
    leave();
    const said = [
      { key: "s", data: { stream: "stderr", text: "second\n" } },
      { key: "s", data: { stream: "stdout", text: "first\n" } },
    ];
    assert.deepEqual(
      seen.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)),
      said,
    );
  });

  test("a step cut off in its middle runs again under the same key; a finished one does not", async () => {
    await using engine = await open();
    const count = (file: string): string => readIfThere(join(engine.workspace, file));
    const flow = workFlow(async (step) => {
      await step.shell("first", ["sh", "-c", 'echo "$TUTTI_STEP" >>first']);
      return step.shell("second", ["sh", "-c", 'echo "$TUTTI_STEP" >>second; [ $(wc -l <second) -gt 1 ] || sleep 60']);
    });
    const id = await engine.start(flow);
    const run = await acrossCrash(engine, id, () => count("second") !== "");
    assert.equal(run.status, "succeeded");
    assert.equal(count("first"), "first\n");
    assert.equal(count("second"), "second\nsecond\n");
    assert.deepEqual(await engine.tracked(run.id), []);
  });

  test("one that must not repeat fails after a crash in its middle", async () => {
    await using engine = await open();
    const count = (): string => readIfThere(join(engine.workspace, "runs"));
    const flow = workFlow(async (step) =>
      step
        .shell("pay", ["sh", "-c", "echo x >>runs; sleep 60"], { onInterrupted: "fail" })
        .catch((error: StepError) => error.code),
    );
    const run = await acrossCrash(engine, await engine.start(flow), () => count() !== "");
    assert.equal(run.output, "engine.interrupted");
    assert.equal(count(), "x\n");
  });

  const before = (step: Step) => step.shell("s", ["echo", "a"], { cwd: ".", env: { TOKEN: "1" }, timeout: 5_000 });
  const changes: Record<string, (step: Step) => Promise<unknown>> = {
    argv: (step) => step.shell("s", ["echo", "b"], { cwd: ".", env: { TOKEN: "1" } }),
    cwd: (step) => step.shell("s", ["echo", "a"], { env: { TOKEN: "1" } }),
    stdin: (step) => step.shell("s", ["echo", "a"], { cwd: ".", env: { TOKEN: "1" }, stdin: "x" }),
    "the names of env": (step) => step.shell("s", ["echo", "a"], { cwd: ".", env: { TOKEN: "1", MORE: "1" } }),
  };
  for (const [what, after] of Object.entries(changes)) {
    test(`a change of ${what} under an open run pauses it, and both sides are shown`, async () => {
      await using engine = await open();
      const run = await acrossChange(engine, { before, after });
      assert.equal(run.status, "paused");
      const failure = failureOf(run);
      assert.equal(failure.code, "engine.replay_mismatch");
      const { journal, code } = failure.data as Record<"journal" | "code", { key: string; input: unknown }>;
      assert.equal(journal.key, "s");
      assert.notDeepEqual(JSON.parse(String(journal.input)), code.input);
    });
  }

  test("a change of a value of env or of the timeout under an open run passes", async () => {
    await using engine = await open();
    const after = (step: Step) => step.shell("s", ["echo", "a"], { cwd: ".", env: { TOKEN: "2" } });
    assert.equal((await acrossChange(engine, { before, after })).status, "succeeded");
  });

  test("a database that is away when the program starts does not fail it, and is told to the log", async () => {
    const warnings: string[] = [];
    const drop = (): void => undefined;
    await using engine = await open({
      trackProcess: () => Promise.reject(new Error("away")),
      log: { debug: drop, info: drop, error: drop, warn: (event) => void warnings.push(event) },
    });
    const run = await engine.run(workFlow(async (step) => (await step.shell("s", ["echo", "ok"])).stdout));
    assert.equal(run.output, "ok\n");
    assert.deepEqual(await until(() => warnings.length > 0 && warnings), ["process.not_tracked"]);
  });
}
