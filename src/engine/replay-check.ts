import type { EpochMs } from "../core/clock.ts";
import { encodeJson } from "../core/json.ts";
import type { Failure } from "../core/error.ts";
import type { VerbHost } from "../core/verb.ts";
import { Execution } from "./execution.ts";
import type { ExecutionPorts, HeldRun } from "./held-run.ts";
import { childWait, type AnyFlow } from "./flow.ts";
import { withoutStoredScopes } from "./run-store.ts";
import type { JournalRow, RunRow } from "./run-table.ts";
import { inputOf, type VerbCall } from "./scope.ts";

/** What a flow's code does with stored rows alone. */
export interface ReplayCheck {
  /** What it asks for and has not been given, with what it no longer waits for. */
  readonly asked: ReadonlyMap<string, AskedStep>;
  /** Keys of scopes that it has come to the end of by what it was given. */
  readonly completed: ReadonlySet<string>;
  /** How its body ended, if it did; JSON as it would be stored. */
  readonly end: { readonly status: string; readonly output: string | null; readonly failure: string | null } | null;
  /** Why the rows do not fit it, if they do not. */
  readonly fault: Failure | null;
}

export interface AskedStep {
  readonly kind: string;
  readonly hash: string | null;
  readonly input: unknown;
  /** False once its race is decided, or its scope or run has ended. */
  readonly isOpen: boolean;
}

export interface CheckedRun {
  readonly run: RunRow;
  readonly rows: readonly JournalRow[];
  /** Rows that came after those: the times at which the run went on. */
  readonly later?: readonly JournalRow[];
  readonly input: unknown;
  readonly flow: AnyFlow;
}

interface Seen {
  readonly completed: Set<string>;
  end: ReplayCheck["end"];
  fault: Failure | null;
}

export type CheckPorts = Pick<
  ExecutionPorts,
  "statements" | "payloads" | "events" | "clock" | "store" | "live" | "log" | "folder" | "stepFor"
>;

/** Replays a run: the rows are handed out, then nothing starts and nothing is written. */
export async function replayOnly(
  ports: CheckPorts,
  { run, rows, later = [], input, flow }: CheckedRun,
): Promise<ReplayCheck> {
  // What ended the run from outside is in the rows; the row's own marks would be read as news.
  const fresh: RunRow = { ...run, owner: "check", cancel_at: null, pause_at: null, deadline_at: null, usage: null };
  const seen: Seen = { completed: new Set(), end: null, fault: null };
  const pace = new Pace();
  const execution = new Execution(
    {
      run: fresh,
      rows: withoutStoredScopes(rows),
      seq: rows.at(-1)?.seq ?? 0,
      openings: [],
      input,
      flow,
      cache: new Map(),
      // Nothing is done, so it does not matter where.
      folder: ports.folder,
    },
    {
      ...ports,
      ...deafPorts(ports, fresh, { seen, pace }),
      clock: { ...ports.clock, now: () => timeOf(run, later, seen) },
      turn: () => pace.turn(),
      left: () => pace.left(),
    },
  );
  execution.start();
  await pace.untilQuiet();
  execution.drop("the check is over");
  return { asked: askedBy(execution), ...seen };
}

function askedBy({ calls }: Execution): Map<string, AskedStep> {
  return new Map(
    [...calls.values()].map((call: VerbCall) => [
      call.key,
      { kind: call.kind, hash: call.hash, input: inputOf(call), isOpen: call.state !== "withdrawn" },
    ]),
  );
}

/** What the code comes to the end of by the given rows was stored at the time of the row that came next. */
function timeOf(run: RunRow, later: readonly JournalRow[], { completed }: Seen): EpochMs {
  const next = later.find(({ key }) => !completed.has(key)) ?? later.at(-1);
  return next?.finished_at ?? run.finished_at ?? run.created_at;
}

/** Ports that take every write and keep none, but for how the run ended. */
function deafPorts(
  { statements, payloads, store }: CheckPorts,
  run: RunRow,
  { seen, pace }: { seen: Seen; pace: Pace },
) {
  return {
    database: { write: async () => ({ committed: true as const, rows: [] }) },
    payloads: {
      store: toText,
      place: (json: string | undefined) => json ?? null,
      load: (column: string | null) => pace.during(payloads.load(column)),
    },
    store: { ...store, run: async () => run, openings: async () => [] },
    statements: {
      ...statements,
      insertRow: (row: JournalRow) => {
        seen.completed.add(row.key);
        return statements.insertRow(row);
      },
      end: (values: Parameters<typeof statements.end>[0]) => {
        seen.end = { status: values.status, output: values.output, failure: values.failure };
        return statements.end(values);
      },
      pause: (values: Parameters<typeof statements.pause>[0]) => {
        seen.fault = values.failure === null ? null : (JSON.parse(values.failure) as Failure);
        return statements.pause(values);
      },
    },
    effects: { start: () => undefined },
    startChild: (host: VerbHost, name: string, child: AnyFlow | string, childInput: unknown) =>
      host.wait(childWait(name, child, childInput)),
    open: async (execution: HeldRun) => {
      for (const call of execution.held.splice(0)) if (call.state === "held") call.state = "started";
      return "written" as const;
    },
    woken: () => undefined,
    waits: new Map(),
    fencedStarts: false,
    graceMs: 0,
    parkAfterMs: 0,
  };
}

// Between two turns of a pump there are only microtasks and the reads that are counted.
const quietTurns = 3;

/** Knows when a pump has come to rest: it has left, or takes no more turns. */
class Pace {
  #turns = 0;
  #reads = 0;
  #hasLeft = false;

  turn(): Promise<void> {
    this.#turns++;
    return nextTurn();
  }

  left(): void {
    this.#hasLeft = true;
  }

  /** A blob that is being read: the pump waits for it without taking turns. */
  async during(read: unknown): Promise<unknown> {
    this.#reads++;
    try {
      return await read;
    } finally {
      this.#reads--;
    }
  }

  async untilQuiet(): Promise<void> {
    for (let last = -1, quiet = 0; !this.#hasLeft && quiet < quietTurns;) {
      quiet = this.#turns === last && this.#reads === 0 ? quiet + 1 : 0;
      last = this.#turns;
      await nextTurn();
    }
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function toText(value: unknown, what: string): string | null {
  return encodeJson(value, what) ?? null;
}
