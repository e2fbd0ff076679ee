import type { Kysely } from "kysely";
import { TuttiError } from "../../core/error.ts";
import { parentKey } from "../../core/step-key.ts";
import type { EngineTables } from "../run-table.ts";
import {
  calledSpans,
  heldSpans,
  openedSpans,
  storedSpans,
  type JournalSpanPorts,
  type OpenCall,
} from "./journal-span.ts";
import type { ReadPorts } from "./port.ts";
import { listRuns, type ListedRun, type RunListPorts } from "./run-list.ts";
import { isOpen, type RawSpan, type Span } from "./span.ts";
import { spanTree } from "./span-tree.ts";

export interface TimelinePorts extends JournalSpanPorts, RunListPorts, ReadPorts {
  /** What this process is at in a run that it works on; null where it does not. */
  openCalls(run: string): readonly OpenCall[] | null;
}

export interface Timeline {
  readonly run: ListedRun;
  /** The number of the run's last stored row: the `after` of who asks again. */
  readonly latest: number;
  /** The number of the newest event when this was read: who follows the log from here misses nothing. */
  readonly sequence: number;
  /** When it was read: where what is open ends for now. */
  readonly now: number;
  readonly spans: readonly Span[];
}

/** One run as a waterfall; with `after`, only what is new since that row, what is open, and what these lie in. */
export async function runTimeline(ports: TimelinePorts, id: string, after = 0): Promise<Timeline> {
  // First: what is stored after this will be told by the log.
  const sequence = await ports.eventEnd();
  const [run] = await listRuns(ports, { terms: [], limit: 1, only: id });
  if (!run) throw missingRun(id);
  const open = ports.openCalls(id) ?? [];
  const [stored, opened, calls, children, reviews] = await Promise.all([
    storedSpans(ports, id),
    openedSpans(ports, id),
    ports.callsOf(id),
    childrenOf(ports, id),
    ports.reviewsOf([id]),
  ]);
  const called = run.status === "running" ? calledSpans(calls) : [];
  const raw = [...stored.spans, ...heldSpans(open), ...opened, ...called];
  const spans = spanTree({
    spans: raw,
    calls,
    children,
    reviews: new Map(reviews.map(({ step, id: review }) => [step, review])),
  });
  const { latest } = stored;
  return { run, latest, sequence, now: ports.clock.now(), spans: after > 0 ? newSince(spans, raw, after) : spans };
}

function newSince(spans: readonly Span[], raw: readonly RawSpan[], after: number): Span[] {
  const isNew = new Set(raw.filter(({ seq }) => seq > after).map(({ key }) => key));
  const wanted = new Set<string>();
  for (const { key, status } of spans) {
    if (!isNew.has(key) && !isOpen(status)) continue;
    for (let at: string | null = key; at !== null && !wanted.has(at); at = parentKey(at)) wanted.add(at);
  }
  return spans.filter(({ key }) => wanted.has(key));
}

async function childrenOf({ database }: TimelinePorts, run: string): Promise<Map<string, string>> {
  const build = database.build as unknown as Kysely<EngineTables>;
  const rows = await database.read(
    build
      .selectFrom("runs")
      .select(["id", "parent_key"])
      .where("parent_run", "is not", null)
      .where("parent_run", "=", run)
      .orderBy("id")
      .compile(),
  );
  return new Map(rows.flatMap(({ id, parent_key: key }) => (key === null ? [] : [[key, id] as const])));
}

export function missingRun(id: string): TuttiError {
  return new TuttiError("run.missing", `there is no run ${id}`, {
    hint: "`tutti run list` shows the runs of this folder.",
  });
}
