import type { EffectContext } from "../../src/core/verb.ts";
import type { HeldRun } from "../../src/engine/held-run.ts";
import type { RunStore } from "../../src/engine/run-store.ts";
import type { Owner, World } from "./world.ts";

/** What the bodies and effects of a world have done, held against what may be. */
export class History {
  readonly #world: World;
  readonly #store: RunStore;
  readonly #workerId: (owner: Owner) => string;
  readonly #isUnrepeatable: (run: string, key: string) => boolean;
  /** What the bodies of one run have seen, by execution. */
  readonly #seen = new Map<string, Map<HeldRun, string[]>>();
  /** Executions that were given a part of the rows that no crash could have left. */
  readonly #unheard = new WeakSet<HeldRun>();
  readonly #starts = new Map<string, number>();

  constructor(options: {
    world: World;
    store: RunStore;
    workerId: (owner: Owner) => string;
    isUnrepeatable: (run: string, key: string) => boolean;
  }) {
    this.#world = options.world;
    this.#store = options.store;
    this.#workerId = options.workerId;
    this.#isUnrepeatable = options.isUnrepeatable;
  }

  /** Every execution of a run sees the same in the same order, as far as two of them have come. */
  saw(execution: HeldRun, what: string): void {
    if (this.#unheard.has(execution)) return;
    const { id } = execution.run;
    const executions = this.#seen.get(id) ?? new Map<HeldRun, string[]>();
    this.#seen.set(id, executions);
    const own = executions.get(execution) ?? [];
    executions.set(execution, own);
    own.push(what);
    for (const other of executions.values()) {
      const before = other[own.length - 1];
      if (before !== undefined && before !== what) {
        this.#world.violate(`run ${id} saw "${before}" once and "${what}" another time, as number ${own.length}`);
      }
    }
  }

  /** What an execution sees is not compared: rows of one write are cut apart for it. */
  ignore(execution: HeldRun): void {
    this.#unheard.add(execution);
  }

  /** A stored step is not started again by the worker that holds the run; one with an opening by nobody. */
  async effectStarts(
    owner: Owner,
    { run, key, attempt, signal }: EffectContext,
    execution: HeldRun | undefined,
  ): Promise<void> {
    if (execution?.isReplaying)
      this.#world.violate(`${run} ${key} starts while stored results are still to be handed out`);
    const [row, rows] = await Promise.all([this.#store.run(run), this.#store.rows(run)]);
    const isHolder = row.status === "running" && row.owner === this.#workerId(owner);
    this.#world.note(`${owner}: starts ${run} ${key}${isHolder ? "" : " without holding it"}`);
    if (isHolder && rows.some((stored) => stored.key === key))
      this.#world.violate(`${run} ${key} is stored and starts again`);
    const name = `${run} ${key} attempt ${attempt}`;
    const starts = (this.#starts.get(name) ?? 0) + 1;
    this.#starts.set(name, starts);
    if (starts > 1 && this.#isUnrepeatable(run, key)) this.#world.violate(`${name} must not repeat and starts again`);
    await this.#world.happen(owner, `effect ${key}`, () => {
      if (signal.aborted && this.#world.chance(0.5)) throw signal.reason as Error;
    });
  }

  /** A human lets the steps of a run run once more. */
  release(run: string): void {
    for (const name of this.#starts.keys()) if (name.startsWith(`${run} `)) this.#starts.delete(name);
  }
}
