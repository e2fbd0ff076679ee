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
  /** Keys of what it has come to the end of by what it was given, as the run did next. */
  readonly completed: ReadonlySet<string>;
  /** It came to the end of more at once than the run did next, so what it does after the first of it is not known. */
  readonly isCutShort: boolean;
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
  /** Rows that came after those, in their order: where the run went on and at which times. */
  readonly later?: readonly JournalRow[];
  readonly input: unknown;
  readonly flow: AnyFlow;
}

interface Seen {
  readonly completed: Set<string>;
  /** It came to the end of something that the run did not come to the end of next. */
  hasLeftRun: boolean;
  isCutShort: boolean;
  /** How many rows of the write that is being made are the run's next ones. */
  inWrite: number;
  end: ReplayCheck["end"];
  fault: Failure | null;
}

export type CheckPorts = Pick<
  ExecutionPorts,
  "statements" | "payloads" | "events" | "clock" | "store" | "live" | "log" | "folder" | "stepFor"
>;

/**
 * Replays a run: the rows are handed out, then nothing starts and nothing is written. What the code comes to the end of
 * by the rows alone (a scope, a step whose attempt is stored) is handed out too, as long as that is what the run stored
 * next. Where it stored something else first, rows were left out that were written together with the last one, or a step
 * that was running has ended by now: from there the code would go a way that the run has not gone.
 */
export async function replayOnly(
  ports: CheckPorts,
  { run, rows, later = [], input, flow }: CheckedRun,
): Promise<ReplayCheck> {
  // What ended the run from outside is in the rows; the row's own marks would be read as news.
  const fresh: RunRow = { ...run, owner: "check", cancel_at: null, pause_at: null, deadline_at: null, usage: null };
  const seen: Seen = { completed: new Set(), hasLeftRun: false, isCutShort: false, inWrite: 0, end: null, fault: null };
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
      origin: null,
    },
    {
      ...ports,
      ...deafPorts(ports, fresh, { later, seen, pace }),
      clock: { ...ports.clock, now: () => timeOf(run, later, seen) },
      turn: () => pace.turn(),
      left: () => pace.left(),
    },
  );
  execution.start();
  await pace.untilQuiet();
  execution.drop("the check is over");
  const { completed, isCutShort, end, fault } = seen;
  return { asked: askedBy(execution), completed, isCutShort, end, fault };
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
  const next = nextOf(later, completed) ?? later.at(-1);
  return next?.finished_at ?? run.finished_at ?? run.created_at;
}

function complete(key: string, later: readonly JournalRow[], seen: Seen): void {
  if (!seen.hasLeftRun && nextOf(later, seen.completed)?.key === key) {
    seen.completed.add(key);
    seen.inWrite++;
    return;
  }
  seen.hasLeftRun = true;
  seen.isCutShort ||= seen.inWrite > 0;
}

function nextOf(later: readonly JournalRow[], completed: ReadonlySet<string>): JournalRow | undefined {
  return later.find(({ key }) => !completed.has(key));
}

/** Ports that take every write and keep none, but for how the run ended. */
function deafPorts(
  { statements, payloads, store }: CheckPorts,
  run: RunRow,
  { later, seen, pace }: { later: readonly JournalRow[]; seen: Seen; pace: Pace },
) {
  return {
    // A write that the run has not made is never answered, so the pump comes to rest there.
    database: {
      write: async () => {
        if (seen.hasLeftRun) await new Promise(() => undefined);
        seen.inWrite = 0;
        return { committed: true as const, rows: [] };
      },
    },
    payloads: {
      store: toText,
      place: (json: string | undefined) => json ?? null,
      load: (column: string | null) => pace.during(payloads.load(column)),
      text: (column: string | null) => payloads.text(column),
      sizes: (columns: readonly (string | null)[]) => payloads.sizes(columns),
    },
    store: { ...store, run: async () => run, openings: async () => [] },
    statements: {
      ...statements,
      insertRow: (row: JournalRow) => {
        complete(row.key, later, seen);
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
