import { formatMs } from "../../core/duration.ts";
import { amount } from "./amount.ts";
import { table, type TableLook } from "./table.ts";

interface ShownSide {
  readonly status: string;
  readonly durationMs: number | null;
  readonly tokens: { readonly input: number; readonly output: number } | null;
  readonly error: string | null;
}

interface ShownComparison {
  readonly a: ShownRun;
  readonly b: ShownRun;
  readonly counts: Readonly<Record<string, number>>;
  readonly steps: readonly {
    readonly key: string;
    readonly change: string;
    readonly what: readonly string[];
    readonly a: ShownSide | null;
    readonly b: ShownSide | null;
  }[];
}

interface ShownRun {
  readonly id: string;
  readonly status: string;
  readonly summary: string;
}

const signs: Readonly<Record<string, string>> = { same: " ", changed: "≠", onlyA: "a", onlyB: "b" };

/** Two runs beside each other: what differs, and how many steps do not. */
export function presentComparison({ a, b, counts, steps }: ShownComparison, look: TableLook): string {
  const { dim } = look.color;
  const different = steps.filter(({ change }) => change !== "same");
  const rows = different.map(({ key, change, what, a: left, b: right }) => [
    signs[change] ?? "?",
    key,
    sideText(left),
    sideText(right),
    what.join(", "),
  ]);
  const heads = [a, b].map((run, index) =>
    `${index === 0 ? "a" : "b"} ${run.id}  ${run.status}  ${dim(run.summary)}`.trimEnd(),
  );
  const same = `${amount(counts["same"] ?? 0)} ${counts["same"] === 1 ? "step is" : "steps are"} the same.`;
  return [
    ...heads,
    ...(rows.length > 0 ? [table(["", "step", "a", "b", "differs in"], rows, look)] : []),
    dim(same),
  ].join("\n");
}

function sideText(side: ShownSide | null): string {
  if (side === null) return "–";
  const { status, durationMs, tokens, error } = side;
  const time = durationMs === null ? "" : ` ${formatMs(durationMs)}`;
  const used = tokens === null ? "" : `, ${amount(tokens.input + tokens.output)} tokens`;
  return `${status}${time}${used}${error === null ? "" : `: ${error}`}`;
}

interface ShownQueue {
  readonly name: string;
  readonly url: string;
  readonly reachable: boolean;
  readonly resident: readonly { readonly model: string; readonly bytes: number | null }[] | null;
  readonly calls: readonly {
    readonly model: string;
    readonly run: string | null;
    readonly waitingMs: number;
    readonly runningMs: number | null;
  }[];
  readonly swaps: number;
  readonly callsDone: number;
}

/** Each server: what it holds, and the line before it. */
export function presentQueues(servers: readonly ShownQueue[], look: TableLook): string {
  return servers.map((server) => presentQueue(server, look)).join("\n\n");
}

function presentQueue(server: ShownQueue, look: TableLook): string {
  const { name, url, reachable, resident, calls, swaps, callsDone } = server;
  const { bold, dim } = look.color;
  const held = resident?.map(({ model }) => model).join(", ") || (resident === null ? "unknown" : "nothing");
  const rows = calls.map(({ model, run, waitingMs, runningMs }) => [
    runningMs === null ? "waits" : "runs",
    model,
    run ?? "–",
    formatMs(runningMs ?? waitingMs),
  ]);
  return [
    `${bold(name)}  ${url}${reachable ? "" : "  does not answer"}`,
    `in memory: ${held}`,
    ...(rows.length > 0 ? [table(["", "model", "run", "for"], rows, look)] : [dim("No call runs or waits.")]),
    dim(`${amount(callsDone)} calls done, ${amount(swaps)} swaps`),
  ].join("\n");
}
