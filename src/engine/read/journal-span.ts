import { sql, type Kysely } from "kysely";
import type { Failure } from "../../core/error.ts";
import type { Skipped, Usage } from "../../core/step.ts";
import { attemptNumber } from "../../core/step-key.ts";
import type { Database } from "../../storage/database.ts";
import type { Payloads } from "../../storage/payload.ts";
import type { EngineTables } from "../run-table.ts";
import type { VerbCall } from "../scope.ts";
import { waitStepKinds, type RawSpan } from "./span.ts";
import { withdrawnIn } from "./withdrawn-wait.ts";

export interface JournalSpanPorts {
  readonly database: Database;
  readonly payloads: Payloads;
}

/** What a call of this process is at: more than is stored of it. */
export interface OpenCall {
  readonly key: string;
  readonly kind: string;
  readonly name: string;
  readonly attempts: number;
  readonly startedAt: number | null;
  readonly isWait: boolean;
}

/** What is stored of a run's steps, without what they were given and gave. */
export async function storedSpans(ports: JournalSpanPorts, run: string): Promise<{ spans: RawSpan[]; latest: number }> {
  const rows = await ports.database.read(
    rowQuery(ports.database.build as unknown as Kysely<EngineTables>, run).compile(),
  );
  const sizes = await ports.payloads.sizes(rows.flatMap((row) => [row.input_blob, row.result_blob]));
  const size = (inRow: number | null, beside: string | null): number | null =>
    beside === null ? inRow : (sizes.get(beside) ?? null);
  const errors = await errorsOf(ports.payloads, rows);
  const spans = rows.flatMap((row): RawSpan[] => {
    if (row.kind === "cancel") return withdrawn(row);
    return [
      {
        key: row.key,
        seq: row.seq,
        name: row.name,
        kind: row.kind,
        status: row.status,
        attempts: row.attempts,
        startedAt: row.started_at,
        finishedAt: row.finished_at,
        error: errors.get(row.seq) ?? null,
        skipped: row.skipped === null ? null : (JSON.parse(row.skipped) as Skipped).reason,
        usage: row.usage === null ? null : (JSON.parse(row.usage) as Usage),
        inputBytes: size(row.input_bytes, row.input_blob),
        outputBytes: size(row.result_bytes, row.result_blob),
      },
    ];
  });
  return { spans, latest: rows.at(-1)?.seq ?? 0 };
}

async function errorsOf(
  payloads: Payloads,
  rows: readonly { readonly seq: number; readonly failure: string | null }[],
): Promise<Map<number, RawSpan["error"]>> {
  const failed = rows.filter(({ failure }) => failure !== null);
  const errors = await Promise.all(
    failed.map(async ({ seq, failure }) => {
      const { code, message } = (await payloads.load(failure)) as Failure;
      return [seq, { code, message }] as const;
    }),
  );
  return new Map(errors);
}

function bytes(column: string) {
  return sql<number | null>`octet_length(${sql.ref(column)})`;
}

/** The name of the blob that a column stands for. */
function blob(column: string) {
  return sql<string | null>`case when substr(${sql.ref(column)}, 1, 1) = '@' then ${sql.ref(column)} end`;
}

function rowQuery(build: Kysely<EngineTables>, run: string) {
  return build
    .selectFrom("journal")
    .select([
      "seq",
      "key",
      "kind",
      "name",
      "status",
      "failure",
      "skipped",
      "usage",
      "attempts",
      "started_at",
      "finished_at",
    ])
    .select([
      bytes("input").as("input_bytes"),
      blob("input").as("input_blob"),
      bytes("result").as("result_bytes"),
      blob("result").as("result_blob"),
      sql<string | null>`case when kind = 'cancel' then result end`.as("cancel"),
    ])
    .where("run_id", "=", run)
    .orderBy("seq");
}

function withdrawn(row: {
  readonly seq: number;
  readonly cancel: string | null;
  readonly finished_at: number;
}): RawSpan[] {
  const { seq, cancel, finished_at: finishedAt } = row;
  return withdrawnIn(cancel, finishedAt).map((wait) => spanWith({ ...wait, seq, status: "cancelled" }));
}

type KnownOfSpan = Pick<RawSpan, "key" | "seq" | "name" | "kind" | "status" | "startedAt">;

function spanWith(known: Partial<RawSpan> & KnownOfSpan): RawSpan {
  return { ...bare, ...known };
}

const bare = {
  attempts: 1,
  finishedAt: null,
  error: null,
  skipped: null,
  usage: null,
  inputBytes: null,
  outputBytes: null,
} as const;

/** Stands behind all that is stored. */
const openSeq = Number.MAX_SAFE_INTEGER;

/** Waits that are open, and steps whose start is stored because they must not repeat. */
export async function openedSpans({ database }: JournalSpanPorts, run: string): Promise<RawSpan[]> {
  const build = database.build as unknown as Kysely<EngineTables>;
  const rows = await database.read(
    build
      .selectFrom("openings")
      .select(["key", "kind", "name", "opened_at"])
      .where("run_id", "=", run)
      .where("settled_at", "is", null)
      .orderBy("id")
      .compile(),
  );
  return rows.map(({ key, kind, name, opened_at: startedAt }) =>
    spanWith({
      key,
      seq: openSeq,
      name,
      kind,
      status: waitStepKinds.includes(kind) ? "waiting" : "running",
      startedAt,
    }),
  );
}

/** Of a run that this process works on: what was started and has not ended. */
export function openCallsOf(calls: readonly VerbCall[] | null): OpenCall[] | null {
  if (calls === null) return null;
  const started = calls.filter(({ state }) => state === "started");
  return started.map(({ key, kind, name, attempts, startedAt, isWaiting: isWait }) => ({
    key,
    kind,
    name,
    attempts,
    startedAt,
    isWait,
  }));
}

/** What this process is at. */
export function heldSpans(calls: readonly OpenCall[]): RawSpan[] {
  // The first attempt is the step itself, until a second one shows that it was only the first.
  const shown = calls.filter(({ kind, key }) => kind !== "attempt" || attemptNumber(key) > 1);
  return shown.map(({ key, kind, name, attempts, startedAt, isWait }) =>
    spanWith({
      key,
      seq: openSeq,
      name,
      kind,
      status: isWait ? "waiting" : "running",
      attempts: Math.max(1, attempts),
      startedAt,
    }),
  );
}

/** Model steps that are open on another machine: that their call is on its way is stored. */
export function calledSpans(
  calls: readonly { readonly step: string | null; readonly beganAt: number; readonly endedAt: number | null }[],
): RawSpan[] {
  return calls.flatMap(({ step, beganAt, endedAt }) =>
    step === null || endedAt !== null
      ? []
      : [
          {
            ...bare,
            key: step,
            seq: openSeq,
            name: step.slice(step.lastIndexOf("/") + 1),
            kind: "model",
            status: "running",
            startedAt: beganAt,
          },
        ],
  );
}
