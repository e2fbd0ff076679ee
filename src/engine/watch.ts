import type { RunRecord, StepRecord } from "../core/step.ts";
import type { LiveEvent, LiveEvents } from "../events/live.ts";
import type { RunStore } from "./run-store.ts";
import type { OpeningRow, RunRow } from "./run-table.ts";

/** What a watcher is told while a run goes on. */
export type WatchEvent =
  | { readonly type: "run"; readonly run: { readonly id: string; readonly flow: string; readonly status: string } }
  | { readonly type: "step"; readonly step: StepRecord }
  | { readonly type: "live"; readonly key: string; readonly data: unknown }
  | { readonly type: "waiting"; readonly waits: readonly OpenWait[] };

export interface OpenWait {
  readonly key: string;
  readonly kind: string;
  readonly name: string;
  readonly dueAt: number | null;
  readonly event: string | null;
}

const ended = ["succeeded", "failed", "cancelled", "paused"];
// A run that another machine works on tells nobody here; its row is looked at this often.
const lookAgainMs = 500;

/** Follows a run from its first stored step on, whoever works on it. A run that goes on by itself within the patience is not idle. */
export async function* watchRun(
  { store, live }: { store: RunStore; live: LiveEvents },
  { id, untilIdle, patienceMs = 0 }: { id: string; untilIdle: boolean; patienceMs?: number },
  signal: AbortSignal,
): AsyncGenerator<WatchEvent, RunRecord> {
  const news = collectNews(live, id, signal);
  let seq = 0;
  const changes = createChanges();
  try {
    for (;;) {
      const run = await store.run(id);
      const rows = await store.rows(id, seq);
      seq = rows.at(-1)?.seq ?? seq;
      const steps = await Promise.all(rows.map((row) => store.steps(row)));
      yield* steps.flat().map(tellStep);
      const open = run.status === "waiting" ? openWaits(await store.openings(id)) : [];
      yield* changes.tell(run, open);
      if (ended.includes(run.status) || (untilIdle && isIdle(run, patienceMs)) || signal.aborted)
        return await store.record(id);
      for (const event of await news.next()) yield* tell(event);
    }
  } finally {
    news.stop();
  }
}

function tellStep(step: StepRecord): WatchEvent {
  return { type: "step", step };
}

/** Tells a state, or a set of open waits, only where it is another than the one told before. */
function createChanges(): { tell(run: RunRow, open: readonly OpenWait[]): Generator<WatchEvent> } {
  let status = "";
  let waits = "[]";
  return {
    *tell(run, open) {
      if (run.status !== status) yield { type: "run", run: { id: run.id, flow: run.flow, status: run.status } };
      status = run.status;
      const now = JSON.stringify(open);
      if (open.length > 0 && now !== waits) yield { type: "waiting", waits: open };
      waits = now;
    },
  };
}

function isIdle({ status, due_at: dueAt }: RunRow, patienceMs: number): boolean {
  return status === "waiting" && (dueAt === null || dueAt > Date.now() + patienceMs);
}

function openWaits(openings: readonly OpeningRow[]): OpenWait[] {
  return openings
    .filter((opening) => opening.settled_at === null)
    .map(({ key, kind, name, due_at: dueAt, event }) => ({ key, kind, name, dueAt, event }));
}

function* tell(event: LiveEvent): Generator<WatchEvent> {
  if (event.key === undefined) return;
  if (event.type === "live") yield { type: "live", key: event.key, data: event.data };
  if (event.type !== "started") return;
  const { name, kind } = event.data as { name: string; kind: string };
  const isWait = ["sleep", "waitFor", "review", "flow"].includes(kind);
  yield {
    type: "step",
    step: {
      key: event.key,
      name,
      kind,
      status: isWait ? "waiting" : "running",
      attempts: 1,
      startedAt: null,
      finishedAt: null,
      output: null,
      error: null,
      skipped: null,
    },
  };
}

/** Live events of a run, handed over in bunches; an empty bunch once in a while. */
function collectNews(
  live: LiveEvents,
  id: string,
  signal: AbortSignal,
): { next(): Promise<LiveEvent[]>; stop(): void } {
  let waiting: LiveEvent[] = [];
  let wake: (() => void) | null = null;
  const ring = (): void => {
    wake?.();
    wake = null;
  };
  const unsubscribe = live.subscribe(id, (event) => {
    waiting.push(event);
    ring();
  });
  signal.addEventListener("abort", ring, { once: true });
  return {
    async next() {
      if (waiting.length === 0 && !signal.aborted) {
        const { promise, resolve } = Promise.withResolvers<void>();
        wake = resolve;
        const timer = setTimeout(resolve, lookAgainMs);
        await promise;
        clearTimeout(timer);
      }
      const bunch = waiting;
      waiting = [];
      return bunch;
    },
    stop() {
      unsubscribe();
      signal.removeEventListener("abort", ring);
    },
  };
}
