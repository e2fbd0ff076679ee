import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { describeOperations } from "../../src/app.ts";
import { homeToDescribe } from "../../src/cli/nowhere.ts";
import { seededRandom } from "../../src/core/random.ts";
import type { RunRecord } from "../../src/core/step.ts";
import { createClient, type Client } from "../../src/sdk/client.ts";
import { socketTransport } from "../../src/sdk/socket-transport.ts";
import { socketPath } from "../../src/server/socket.ts";

export interface ChaosReport {
  readonly kills: number;
  readonly runs: number;
  /** Runs that did not end as succeeded, with the right output. */
  readonly lost: readonly string[];
  /** Steps that started again although a later step, and so a stored row, had come before. */
  readonly doubled: readonly string[];
  /** Times a run was paused for what the kills did to it, as it must after three deaths in a row, and was resumed. */
  readonly resumed: number;
  /** Steps that were cut off in the middle and ran again, as they may. */
  readonly repeated: number;
  /** From the start of a new host to the first step it starts, milliseconds. */
  readonly resumeMs: readonly number[];
}

const command = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));

// Stages stand in a row, so a start in one stage proves that every row of the stages before is stored.
const flow = `import { appendFileSync } from "node:fs";
import { flow, z } from "tutti";

export default flow({
  name: "chaos",
  input: z.object({ id: z.number(), log: z.string() }),
  async run(step, { id, log }) {
    const mark = (stage: number, part: number) => () => {
      appendFileSync(log, \`\${id} \${stage} \${part}\\n\`);
      return stage;
    };
    let sum = 0;
    for (let stage = 0; stage < 12; stage += 4) {
      sum += await step.run("one", mark(stage, 0));
      await step.sleep("nap", 3);
      const parts = await step.map("parts", [0, 1, 2, 3], (part, inner) => inner.run("part", mark(stage + 1, part)));
      sum += parts.length;
      await step.shell("shell", ["sh", "-c", \`echo "\${id} \${stage + 2} 0" >> "\${log}"; sleep 0.01\`]);
      await step.run("last", mark(stage + 3, 0));
    }
    return sum;
  },
});
`;
// 0 + 4 + 8 of the first steps, and three times four parts.
const rightOutput = 24;

/** Kills a real host, and all it has started, at random points while runs are on their way; then counts what happened. */
export async function runChaos({
  kills,
  seed,
  runsAtOnce = 10,
}: {
  kills: number;
  seed: number;
  runsAtOnce?: number;
}): Promise<ChaosReport> {
  const folder = mkdtempSync(join(tmpdir(), "tutti-chaos-"));
  mkdirSync(join(folder, "flows"));
  writeFileSync(join(folder, "flows", "chaos.ts"), flow);
  const log = join(folder, "effects.log");
  const random = seededRandom(seed);
  const ids: string[] = [];
  const resumeMs: number[] = [];
  const client = clientOf(folder);
  for (let kill = 0; kill < kills; kill++) {
    const host = startHost(folder);
    const began = performance.now();
    const before = lineCount(log);
    await untilAnswering(client);
    const open = (await openRuns(client)).length;
    for (let index = open; index < runsAtOnce; index++) ids.push(await submit(client, ids.length, log));
    if (open > 0) resumeMs.push(await timeOfFirstStep(log, before, began));
    await sleep(20 + random() * 250);
    await endGroup(host);
  }
  const last = startHost(folder);
  await untilAnswering(client);
  const { records, resumed } = await settle(client, ids);
  await endGroup(last);
  const report = count(log, records);
  rmSync(folder, { recursive: true, force: true });
  return { kills, runs: ids.length, resumeMs, resumed, ...report };
}

function startHost(folder: string): ChildProcess {
  return spawn(process.execPath, [command, "work", "--quiet"], {
    cwd: folder,
    detached: true,
    stdio: ["ignore", "ignore", "inherit"],
  });
}

async function endGroup(host: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => host.once("exit", resolve));
  if (host.exitCode !== null || host.pid === undefined) return;
  process.kill(-host.pid, "SIGKILL");
  await ended;
}

function clientOf(folder: string): Client {
  return createClient(
    socketTransport(socketPath(join(folder, ".tutti"))),
    describeOperations({ ...homeToDescribe(), environment: {} }),
  );
}

async function untilAnswering(client: Client): Promise<void> {
  const deadline = performance.now() + 10_000;
  for (;;) {
    try {
      await client.call("flow.list", {});
      return;
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await sleep(5);
    }
  }
}

async function openRuns(client: Client): Promise<RunRecord[]> {
  const runs = (await client.call("run.list", { limit: 1_000 })) as RunRecord[];
  return runs.filter(({ status }) => ["queued", "running", "waiting"].includes(status));
}

async function submit(client: Client, id: number, log: string): Promise<string> {
  return ((await client.call("run.start", { flow: "chaos", input: { id, log } })) as RunRecord).id;
}

async function timeOfFirstStep(log: string, before: number, began: number): Promise<number> {
  while (lineCount(log) <= before && performance.now() - began < 10_000) await sleep(2);
  return performance.now() - began;
}

/** Waits for the end of every run. One whose worker was killed three times before it had stored a step is paused: go on. */
async function settle(client: Client, ids: readonly string[]): Promise<{ records: RunRecord[]; resumed: number }> {
  let resumed = 0;
  const settled = ids.map(async (id) => {
    for (;;) {
      const record = (await client.call("run.watch", { id })) as RunRecord;
      if (record.status !== "paused" || record.error?.code !== "engine.crash_loop") return record;
      resumed += 1;
      await client.call("run.resume", { id });
    }
  });
  return { records: await Promise.all(settled), resumed };
}

function lineCount(log: string): number {
  return existsSync(log) ? readFileSync(log, "utf8").split("\n").length : 0;
}

function count(log: string, records: readonly RunRecord[]): Pick<ChaosReport, "lost" | "doubled" | "repeated"> {
  const lost = records
    .filter(({ status, output }) => status !== "succeeded" || output !== rightOutput)
    .map(({ id, status, error }) => `${id} ${status} ${error?.message ?? ""}`);
  const latest = new Map<string, number>();
  const starts = new Map<string, number>();
  const doubled: string[] = [];
  for (const line of readFileSync(log, "utf8").split("\n").filter(Boolean)) {
    const [run = "", stage = "0"] = line.split(" ");
    if (Number(stage) < (latest.get(run) ?? 0)) doubled.push(line);
    latest.set(run, Math.max(Number(stage), latest.get(run) ?? 0));
    starts.set(line, (starts.get(line) ?? 0) + 1);
  }
  const repeated = [...starts.values()].reduce((sum, times) => sum + times - 1, 0);
  const expected = records.length * 21;
  if (starts.size !== expected) lost.push(`${starts.size} different effects instead of ${expected}`);
  return { lost, doubled, repeated };
}
