import type { Kysely } from "kysely";
import { sha256Hex } from "../../core/hash.ts";
import type { Usage } from "../../core/step.ts";
import type { EngineTables } from "../run-table.ts";
import { listRuns, type ListedRun, type RunListPorts } from "./run-list.ts";
import { missingRun } from "./run-timeline.ts";
import type { SpanTokens } from "./span.ts";

export const changes = ["same", "changed", "onlyA", "onlyB"] as const;

export interface ComparedSide {
  readonly status: string;
  readonly attempts: number;
  readonly durationMs: number | null;
  readonly tokens: Pick<SpanTokens, "input" | "output"> | null;
  /** Of the JSON text of its output; null where it has none. */
  readonly outputHash: string | null;
  readonly error: string | null;
}

export interface ComparedStep {
  readonly key: string;
  readonly name: string;
  readonly kind: string;
  readonly change: (typeof changes)[number];
  /** What of it is another: `input`, `output`, `status`, `error`. */
  readonly what: readonly string[];
  readonly a: ComparedSide | null;
  readonly b: ComparedSide | null;
}

export interface Comparison {
  readonly a: ListedRun;
  readonly b: ListedRun;
  readonly counts: Readonly<Record<(typeof changes)[number], number>>;
  /** In the order of `a`, with what only `b` has after what it follows there. */
  readonly steps: readonly ComparedStep[];
}

interface StepFacts extends ComparedSide {
  readonly key: string;
  readonly name: string;
  readonly kind: string;
  readonly inputHash: string | null;
}

/** Two runs step by step, by the steps' keys. Scopes are compared by what they gave, attempts not at all. */
export async function compareRuns(
  ports: RunListPorts,
  { a, b }: { readonly a: string; readonly b: string },
): Promise<Comparison> {
  const [left, right] = await Promise.all([a, b].map((id) => runOf(ports, id)));
  if (!left || !right) throw missingRun(left ? b : a);
  const [ofA, ofB] = await Promise.all([factsOf(ports, a), factsOf(ports, b)]);
  const steps = mergedKeys([...ofA.keys()], [...ofB.keys()]).map((key) => compared(ofA.get(key), ofB.get(key)));
  const count = (change: ComparedStep["change"]): number => steps.filter((step) => step.change === change).length;
  const counts = { same: count("same"), changed: count("changed"), onlyA: count("onlyA"), onlyB: count("onlyB") };
  return { a: left, b: right, counts, steps };
}

async function runOf(ports: RunListPorts, id: string): Promise<ListedRun> {
  const [run] = await listRuns(ports, { terms: [], limit: 1, only: id });
  if (!run) throw missingRun(id);
  return run;
}

async function factsOf({ database }: RunListPorts, run: string): Promise<Map<string, StepFacts>> {
  const build = database.build as unknown as Kysely<EngineTables>;
  const rows = await database.read(
    build
      .selectFrom("journal")
      .select([
        "key",
        "name",
        "kind",
        "status",
        "hash",
        "result",
        "failure",
        "usage",
        "attempts",
        "started_at",
        "finished_at",
      ])
      .where("run_id", "=", run)
      .where("kind", "not in", ["attempt", "cancel"])
      .orderBy("seq")
      .compile(),
  );
  return new Map(rows.map((row) => [row.key, toFacts(row)]));
}

type FactRow = Pick<
  EngineTables["journal"],
  | "key"
  | "name"
  | "kind"
  | "status"
  | "hash"
  | "result"
  | "failure"
  | "usage"
  | "attempts"
  | "started_at"
  | "finished_at"
>;

function toFacts(row: FactRow): StepFacts {
  const usage = row.usage === null ? null : (JSON.parse(row.usage) as Usage);
  const { inputTokens: input, outputTokens: output } = usage ?? {};
  return {
    key: row.key,
    name: row.name,
    kind: row.kind,
    status: row.status,
    attempts: row.attempts,
    durationMs: row.started_at === null ? null : row.finished_at - row.started_at,
    tokens: input === undefined || output === undefined ? null : { input, output },
    // A blob's name is the hash of its bytes already.
    outputHash:
      row.result === null
        ? null
        : row.result.startsWith("@")
          ? row.result.slice(1)
          : sha256Hex(Buffer.from(row.result)),
    error: row.failure,
    inputHash: row.hash,
  };
}

function compared(a: StepFacts | undefined, b: StepFacts | undefined): ComparedStep {
  const { key = "", name = "", kind = "" } = a ?? b ?? {};
  const what = a && b ? differences(a, b) : [];
  const change = !a ? "onlyB" : !b ? "onlyA" : what.length > 0 ? "changed" : "same";
  return { key, name, kind, change, what, a: a ? sideOf(a) : null, b: b ? sideOf(b) : null };
}

function differences(a: StepFacts, b: StepFacts): string[] {
  return [
    ...(a.inputHash === b.inputHash ? [] : ["input"]),
    ...(a.outputHash === b.outputHash ? [] : ["output"]),
    ...(a.status === b.status ? [] : ["status"]),
    ...(a.error === b.error ? [] : ["error"]),
  ];
}

function sideOf({ status, attempts, durationMs, tokens, outputHash, error }: StepFacts): ComparedSide {
  return { status, attempts, durationMs, tokens, outputHash, error: error === null ? null : messageIn(error) };
}

function messageIn(failure: string): string {
  if (failure.startsWith("@")) return "";
  const { message } = JSON.parse(failure) as { readonly message?: unknown };
  return typeof message === "string" ? message : "";
}

/** The first list's order; what only the second has stands behind what it follows there. */
function mergedKeys(first: readonly string[], second: readonly string[]): string[] {
  const known = new Set(first);
  const behind = new Map<string, string[]>();
  let last = "";
  for (const key of second) {
    if (known.has(key)) last = key;
    else behind.set(last, [...(behind.get(last) ?? []), key]);
  }
  const keys = [...(behind.get("") ?? [])];
  for (const key of first) keys.push(key, ...(behind.get(key) ?? []));
  return keys;
}
