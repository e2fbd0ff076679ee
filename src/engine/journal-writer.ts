import { encodeJson } from "../core/json.ts";
import { toFailure, type Failure } from "../core/error.ts";
import type { Clock, EpochMs } from "../core/clock.ts";
import type { EngineObserver, ObservedRun, ObservedStep } from "../core/observer.ts";
import { addUsage, noUsage, type Usage } from "../core/step.ts";
import type { Statement } from "../core/statement.ts";
import type { EffectOutcome } from "../core/verb.ts";
import type { EventLog } from "../events/event-log.ts";
import type { Database, Row } from "../storage/database.ts";
import { mustFit, type Payloads } from "../storage/payload.ts";
import { observedRun, observedStep } from "./observed.ts";
import { usageColumns } from "./run-column.ts";
import type { RunStatements } from "./run-statement.ts";
import type { JournalRow, RunRow } from "./run-table.ts";
import { inputOf, type VerbCall } from "./scope.ts";

/** An outcome on its way into the journal. */
export interface Finished {
  /** Null for the row of a cancel. */
  readonly call: VerbCall | null;
  readonly outcome: StoredOutcome;
  /** Good only if nothing has happened to the run since it was last read: a timeout, the end of a race. */
  readonly needsWake?: boolean;
  /** Join the transaction, before the call's opening is deleted. */
  readonly before?: readonly Statement[];
  /** What a wait was settled with is in the database as a column already. */
  readonly column?: { readonly result: string | null; readonly failure: string | null };
  /** Set where it was handed out before it is written. */
  at?: EpochMs;
}

/** An outcome whose result is JSON text already, so that nobody can change it on the way. */
export type StoredOutcome = Omit<EffectOutcome, "result"> & { readonly text: string | undefined };

export type WriteAnswer = "written" | "stale" | "lost";

export interface JournalPorts {
  readonly database: Pick<Database, "write">;
  readonly statements: RunStatements;
  readonly payloads: Payloads;
  readonly events: EventLog;
  readonly clock: Clock;
  /** Told after each commit which runs were woken by it. */
  woken(rows: readonly Row[]): void;
  /** Told after each commit of new rows of a run whose worker has died with it. */
  survived?(run: string): void;
  /** Hears what was stored; not there where nobody listens. */
  readonly observer?: EngineObserver;
}

/** Freezes an outcome: what cannot be stored becomes the failure `engine.not_json` or `engine.too_large`. */
export function freezeOutcome(outcome: EffectOutcome, what: string): StoredOutcome {
  try {
    const { result, ...rest } = outcome;
    if (outcome.failure) encodeJson(outcome.failure, `the failure of ${what}`);
    const text = encodeJson(result, `the result of ${what}`);
    mustFit(text, `the result of ${what}`);
    return { ...rest, text };
  } catch (error) {
    return { status: "failed", failure: toFailure(error, "engine.not_json"), text: undefined };
  }
}

export interface WrittenRun {
  readonly run: RunRow;
  /** The sequence number of its last row. */
  readonly seq: number;
  readonly origin: ObservedRun["origin"];
}

/** The one ordered writer of a run: gives sequence numbers, fences every write by owner and epoch. */
export class JournalWriter {
  readonly #ports: JournalPorts;
  readonly #run: RunRow;
  #seq: number;
  #usage: Usage;
  /** The count of outside happenings that this worker has read. */
  wake: number;
  readonly observed: ObservedRun;

  constructor(ports: JournalPorts, { run, seq, origin }: WrittenRun) {
    this.#ports = ports;
    this.#run = run;
    this.#seq = seq;
    this.#usage = run.usage === null ? noUsage : (JSON.parse(run.usage) as Usage);
    this.wake = run.wake;
    this.observed = observedRun(run, origin);
  }

  get usage(): Usage {
    return this.#usage;
  }

  get holder(): { id: string; epoch: number; owner: string } {
    return { id: this.#run.id, epoch: this.#run.epoch, owner: this.#run.owner ?? "" };
  }

  /** Stores outcomes in their order, in one transaction. */
  async rows(finished: readonly Finished[]): Promise<{ answer: WriteAnswer; rows: JournalRow[] }> {
    const at = this.#ports.clock.now();
    const usage = finished.reduce(
      (sum, { outcome }) => (outcome.usage ? addUsage(sum, outcome.usage) : sum),
      this.#usage,
    );
    const rows = await Promise.all(
      finished.map((entry, index) => this.#toRow(entry, this.#seq + 1 + index, entry.at ?? at)),
    );
    const body = finished.flatMap((entry, index) => this.#closing(entry, rows[index]));
    if (usage !== this.#usage) {
      body.push(this.#ports.statements.setUsage({ id: this.#run.id, ...usageColumns(usage) }));
    }
    const needsWake = finished.some((entry) => entry.needsWake);
    const answer = await this.#commit([this.#fence(needsWake), ...body], needsWake);
    if (answer === "written") {
      this.#seq += rows.length;
      this.#usage = usage;
      if (this.#run.deaths > 0) this.#ports.survived?.(this.#run.id);
      const { observer } = this.#ports;
      if (observer) await this.#tell(observer, rows, finished);
    }
    return { answer, rows };
  }

  /** Other fenced writes: openings, a child's creation. */
  write(statements: readonly Statement[], options: { needsWake?: boolean } = {}): Promise<WriteAnswer> {
    const needsWake = options.needsWake ?? false;
    return this.#commit([this.#fence(needsWake), ...statements], needsWake);
  }

  /** A statement that is a fence itself (end, park, pause), and what goes with it. */
  last(statements: readonly Statement[], options: { needsWake?: boolean } = {}): Promise<WriteAnswer> {
    return this.#commit(statements, options.needsWake ?? false);
  }

  async #commit(statements: readonly Statement[], needsWake: boolean): Promise<WriteAnswer> {
    const result = await this.#ports.database.write(statements);
    if (!result.committed) return needsWake ? "stale" : "lost";
    // The first statement is the fence, which wakes nobody.
    for (const rows of result.rows.slice(1)) if (rows.length > 0) this.#ports.woken(rows);
    return "written";
  }

  /** Waits only for what is at hand as it was stored: what most rows were made of is. */
  async #tell(observer: EngineObserver, rows: readonly JournalRow[], finished: readonly Finished[]): Promise<void> {
    const steps: ObservedStep[] = [];
    for (const [index, { call, outcome, column }] of finished.entries()) {
      const row = rows[index];
      if (!row) continue;
      const failure = column?.failure
        ? ((await this.#ports.payloads.load(column.failure)) as Failure)
        : (outcome.failure ?? null);
      const input = call ? inputOf(call) : null;
      steps.push(...observedStep(row, { failure, usage: outcome.usage ?? null, input }));
    }
    observer.stepsStored(this.observed, steps);
  }

  #fence(needsWake: boolean): Statement {
    const { statements } = this.#ports;
    return needsWake ? statements.fenceWake({ ...this.holder, wake: this.wake }) : statements.fence(this.holder);
  }

  async #toRow({ call, outcome, column }: Finished, seq: number, at: number): Promise<JournalRow> {
    const { payloads } = this.#ports;
    const what = `step "${call?.key ?? "cancel"}"`;
    const input = call ? inputOf(call) : undefined;
    return {
      run_id: this.#run.id,
      seq,
      key: call?.key ?? `cancel@${seq}`,
      scope: call?.scope.collapsed?.path ?? null,
      kind: call?.kind ?? "cancel",
      name: call?.name ?? "cancel",
      status: outcome.status,
      hash: call?.hash ?? null,
      input: await payloads.store(input, `the input of ${what}`),
      result: column ? column.result : await payloads.place(outcome.text, `the result of ${what}`),
      failure: column ? column.failure : await this.#failure(outcome.failure, what),
      skipped: outcome.skipped ? JSON.stringify(outcome.skipped) : null,
      usage: outcome.usage ? JSON.stringify(outcome.usage) : null,
      attempts: call?.attempts ?? 0,
      started_at: call?.startedAt ?? null,
      finished_at: at,
    };
  }

  #failure(failure: Failure | undefined, what: string): Promise<string | null> | string | null {
    return failure ? this.#ports.payloads.store(failure, `the failure of ${what}`) : null;
  }

  #closing({ call, outcome, before }: Finished, row: JournalRow | undefined): Statement[] {
    if (!row) return [];
    const { statements, events } = this.#ports;
    const data = { key: row.key, kind: row.kind, status: row.status };
    return [
      ...(before ?? []),
      statements.insertRow(row),
      ...(call?.hasOpening ? [statements.closeOpening({ run: row.run_id, key: row.key })] : []),
      ...(outcome.writes ?? []),
      events.append({ type: "tutti.step.finished", subject: row.run_id, at: row.finished_at, data }),
    ];
  }
}
