import { readFileSync, readdirSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";

// Time for a program to flush and clean up after SIGTERM. More would hold up every cancel by the worst program.
export const graceMs = 2_000;

/**
 * Something that tells this process from a later one with the same pid: the boot and the tick it started in; undefined
 * when there is no such process.
 */
export function processStartTime(pid: number): string | undefined {
  if (process.platform !== "linux") return startTimeByPs(pid);
  const fields = statFields(pid);
  return fields ? `${bootId()}:${fields[19]}` : undefined;
}

/**
 * Ends a process group that a dead host left behind: SIGTERM, a short wait, SIGKILL. Does nothing when `startedAt` (of
 * `processStartTime`) says that the pid belongs to something else by now. Answers whether there was anything to end.
 */
export async function endProcessGroup(pid: number, startedAt?: string): Promise<boolean> {
  // kill(-1) and kill(-0) mean "everything" and "myself".
  if (!Number.isSafeInteger(pid) || pid <= 1 || isReused(pid, startedAt) || !isGroupAlive(pid)) return false;
  signalGroup(pid, "SIGTERM");
  if (await isGroupGone(pid, graceMs)) return true;
  signalGroup(pid, "SIGKILL");
  await isGroupGone(pid, graceMs);
  return true;
}

export function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // ESRCH: it ended in the meantime. EPERM (macOS, only zombies left; or a setuid child): nothing more can be done.
  }
}

/** Waits until no process of the group runs; false when some still do after `withinMs`. */
export async function isGroupGone(pid: number, withinMs: number): Promise<boolean> {
  for (let waitedMs = 0; isGroupAlive(pid); waitedMs += 10) {
    if (waitedMs >= withinMs) return false;
    await delay(10);
  }
  return true;
}

/** Zombies do not count: in a container whose first process never reaps them they would be there for ever. */
export function isGroupAlive(pid: number): boolean {
  try {
    process.kill(-pid, 0);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM" && process.platform === "linux";
  }
  if (process.platform !== "linux") return true;
  return readdirSync("/proc").some((name) => {
    const fields = /^\d+$/.test(name) ? statFields(Number(name)) : undefined;
    return fields !== undefined && fields[2] === String(pid) && fields[0] !== "Z" && fields[0] !== "X";
  });
}

/**
 * A living leader is known by its start time. Where only its children are left, the kernel does not give the pid away
 * before they have ended, so the group is still the same one, unless the machine was started anew in between.
 */
function isReused(pid: number, startedAt: string | undefined): boolean {
  if (startedAt === undefined) return false;
  const current = processStartTime(pid);
  if (current !== undefined) return current !== startedAt;
  return process.platform === "linux" && !startedAt.startsWith(`${bootId()}:`);
}

/** The fields of /proc/<pid>/stat from the third on: the second, the name, may hold spaces and brackets. */
function statFields(pid: number): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "latin1");
    return text.slice(text.lastIndexOf(")") + 2).split(" ");
  } catch {
    return undefined; // it has ended
  }
}

function bootId(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
  } catch {
    return "unknown"; // hidden in some sandboxes; the tick alone still tells most processes apart
  }
}

function startTimeByPs(pid: number): string | undefined {
  const { stdout } = spawnSync("ps", ["-o", "lstart=", "-p", String(pid)], {
    encoding: "utf8",
    env: { LC_ALL: "C", PATH: "/bin:/usr/bin" },
  });
  return stdout?.trim() || undefined;
}
