import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

// What users run: the build, not the sources.
const command = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));
const barMs = 500;

/** How long `tutti up` takes from its start until a request over HTTP is answered, with a folder that is there already. */
export async function runStartBench(words: readonly string[]): Promise<number> {
  const rounds = words.includes("--quick") ? 3 : 15;
  const folder = mkdtempSync(join(tmpdir(), "tutti-start-"));
  try {
    // The first makes the tables, and the compiled code that the others find.
    await startOnce(folder);
    const starts: Start[] = [];
    for (let round = 0; round < rounds; round++) starts.push(await startOnce(folder));
    const [wall, processor] = [starts.map(({ wallMs }) => wallMs), starts.map(({ cpuMs }) => cpuMs)];
    process.stdout.write(
      `tutti up, ${rounds} starts: first answer after ${median(wall)} ms (median), ${Math.max(...wall)} ms (longest), ` +
        `${median(processor)} ms of processor time; the bar is ${barMs} ms\n`,
    );
    return median(wall) <= barMs ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Start {
  readonly wallMs: number;
  readonly cpuMs: number;
}

async function startOnce(cwd: string): Promise<Start> {
  const began = performance.now();
  const child = spawn(process.execPath, [command, "up", "--json", "--quiet", "--port", "0"], {
    cwd,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  const { url, tokenFile } = JSON.parse(line) as { url: string; tokenFile: string };
  const authorization = `Bearer ${readFileSync(tokenFile, "utf8").trim()}`;
  await (await fetch(`${url}/api/host`, { headers: { authorization } })).text();
  const start = { wallMs: Math.round(performance.now() - began), cpuMs: processorMs(child.pid) };
  child.kill("SIGTERM");
  await once(child, "exit");
  return start;
}

/** User and system time of all threads; 0 where there is no /proc. */
function processorMs(pid: number | undefined): number {
  if (process.platform !== "linux") return 0;
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /s, "")
    .split(" ");
  // In hundredths of a second (proc(5), USER_HZ).
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[values.length >> 1] ?? 0;
}
