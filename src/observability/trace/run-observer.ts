import type { Log } from "../../core/log.ts";
import type { EngineObserver, ObservedRun } from "../../core/observer.ts";
import type { Origin, SpanRecord } from "../record.ts";
import type { TelemetrySink } from "../store/telemetry-store.ts";
import { RunTree } from "./run-tree.ts";

export interface RunObserverOptions {
  readonly sink: TelemetrySink;
  readonly origin: Origin;
  readonly log: Log;
}

export interface RunObserver {
  readonly observer: EngineObserver;
  /** Of a run that this process works on. */
  readonly tree: (run: string) => RunTree | undefined;
}

// A run that waits leaves the engine's memory without a word, and is made known again when it goes on: this many may.
const mostRuns = 10_000;

/** Tells rows as spans. Nothing that goes wrong here reaches a run. */
export function createRunObserver({ sink, origin, log }: RunObserverOptions): RunObserver {
  const trees = new Map<string, RunTree>();
  const plant = (run: ObservedRun): RunTree => {
    const tree = new RunTree(origin, run);
    trees.delete(run.id);
    trees.set(run.id, tree);
    for (const [oldest] of trees) {
      if (trees.size <= mostRuns) break;
      trees.delete(oldest);
    }
    return tree;
  };
  const tell = (run: ObservedRun, spans: () => readonly SpanRecord[]): void => {
    try {
      const told = spans();
      if (told.length > 0) sink.spans(told);
    } catch (error) {
      log.warn("trace.not_told", { run: run.id, error });
    }
  };
  return {
    tree: (run) => trees.get(run),
    observer: {
      runTaken(run, { waitedMs, isResumed, stored, untold }) {
        const tree = plant(run);
        if (!isResumed) tree.queued(waitedMs);
        // What was told before is told again under the same ids only where nobody knows whether it was heard.
        tell(run, () => {
          const spans = (untold ?? stored).flatMap((step) => tree.stored(step));
          return untold === null ? [] : spans;
        });
      },
      stepsStored(run, steps) {
        tell(run, () => {
          const tree = trees.get(run.id) ?? plant(run);
          return steps.length === 1 && steps[0] ? tree.stored(steps[0]) : steps.flatMap((step) => tree.stored(step));
        });
      },
      runEnded(run, end) {
        tell(run, () => (trees.get(run.id) ?? plant(run)).ended(end));
        trees.delete(run.id);
      },
    },
  };
}
