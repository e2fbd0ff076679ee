import { isDeepStrictEqual } from "node:util";
import { TuttiError } from "../core/error.ts";
import { replayOnly, type CheckPorts, type ReplayCheck } from "./replay-check.ts";
import { pathsAbove } from "./run-store.ts";
import type { JournalRow, RunRow } from "./run-table.ts";
import type { FlowSource } from "./flow.ts";

/** A place where the flow's code does not do in a replay what it did in the run. */
export interface Difference {
  /** The key of the last stored step that the code was given; null before the first. */
  readonly after: string | null;
  readonly message: string;
  readonly stored: unknown;
  readonly code: unknown;
}

export interface Verification {
  readonly run: string;
  readonly flow: string;
  readonly status: string;
  /** Stored steps, and at how many of them the run was replayed. */
  readonly storedSteps: number;
  readonly replays: number;
  readonly differences: readonly Difference[];
}

export interface VerifyPorts extends CheckPorts {
  readonly flows: FlowSource;
}

// Each replay goes through all rows before it, so all of a long run would take the square of its length.
const mostReplays = 200;
// One cause mostly differs at every place behind it, and the first places are the ones to read.
const mostDifferences = 20;

/** Replays a run behind every stored step, and from all of them, and says where the code does otherwise. */
export async function verifyRun(ports: VerifyPorts, id: string): Promise<Verification> {
  const run = await ports.store.run(id);
  const rows = await ports.store.rows(id);
  const flow = await ports.flows.find(run.flow, run);
  if (!flow) throw new TuttiError("flow.missing", `there is no flow "${run.flow}", which run ${id} is of`);
  const input = await ports.payloads.load(run.input);
  const differences: Difference[] = [];
  const places = placesOf(rows.length);
  for (const count of places) {
    const check = await replayOnly(ports, { run, rows: rows.slice(0, count), later: rows.slice(count), input, flow });
    const found = count === rows.length ? await compareEnd(ports, run, check) : compareNext(rows, count, check);
    const after = rows[count - 1]?.key ?? null;
    if (found && differences.length < mostDifferences) differences.push({ after, ...found });
  }
  return { run: id, flow: run.flow, status: run.status, storedSteps: rows.length, replays: places.length, differences };
}

/** Behind which rows the run is replayed: all, or evenly spread ones with the last. */
function placesOf(length: number): number[] {
  const every = Math.max(1, Math.ceil((length + 1) / mostReplays));
  const places = Array.from({ length: Math.ceil((length + 1) / every) }, (_, index) => index * every);
  return places.at(-1) === length ? places : [...places, length];
}

type Found = Omit<Difference, "after"> | null;

/** Given the first rows, the code must ask for the next one, and for later ones as what they are. */
function compareNext(rows: readonly JournalRow[], count: number, check: ReplayCheck): Found {
  const { fault, asked, completed, end } = check;
  if (fault) return { message: fault.message, stored: null, code: fault.data ?? null };
  for (const row of rows.slice(count)) {
    const step = asked.get(row.key);
    if (step && (step.kind !== row.kind || step.hash !== row.hash)) {
      const message = `the code asks for "${row.key}" ${step.kind === row.kind ? "with another input" : `as ${step.kind}`}`;
      return {
        message,
        stored: { kind: row.kind, input: row.input },
        code: { kind: step.kind, input: step.input ?? null },
      };
    }
  }
  if (check.isCutShort) return null;
  // What was stored inside of a scope in the write that ended it is never handed out.
  const next = rows.slice(count).find(({ key }) => !completed.has(key) && !isInside(key, completed));
  if (!next || isAskedFor(next, asked)) return null;
  const code = { asked: openKeys(asked), ended: end?.status ?? null };
  return {
    message: `the code does not ask for "${next.key}" here, which was stored next`,
    stored: { key: next.key, kind: next.kind },
    code,
  };
}

function isInside(key: string, scopes: ReadonlySet<string>): boolean {
  return pathsAbove(key).some((path) => scopes.has(path));
}

function openKeys(asked: ReplayCheck["asked"]): string[] {
  return [...asked].filter(([, { isOpen }]) => isOpen).map(([key]) => key);
}

function isAskedFor(row: JournalRow, asked: ReplayCheck["asked"]): boolean {
  if (row.kind === "cancel" || asked.has(row.key)) return true;
  // A step in front of which a newer version asks is asked for once that is answered.
  return [...asked.values()].some(({ kind }) => kind === "version");
}

/** Given all rows, the code must come to the end that was stored. */
async function compareEnd({ payloads }: VerifyPorts, run: RunRow, { fault, end, asked }: ReplayCheck): Promise<Found> {
  if (fault) return { message: fault.message, stored: null, code: fault.data ?? null };
  const hasEnded = run.status === "succeeded" || run.status === "failed";
  if (!hasEnded) return null;
  if (!end) {
    return {
      message: `the run ended ${run.status}, and in a replay it goes on`,
      stored: { status: run.status },
      code: { asked: openKeys(asked) },
    };
  }
  if (end.status !== run.status) {
    return {
      message: `the run ended ${run.status}, and a replay ends ${end.status}`,
      stored: run.failure,
      code: end.failure,
    };
  }
  const stored = await payloads.load(run.output);
  const again = end.output === null ? undefined : (JSON.parse(end.output) as unknown);
  if (isDeepStrictEqual(stored, again)) return null;
  return { message: "a replay gives another output than the run", stored: stored ?? null, code: again ?? null };
}
