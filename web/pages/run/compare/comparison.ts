import { duration, plural } from "../../../data/format.ts";

export interface ComparedSide {
  readonly status: string;
  readonly attempts: number;
  readonly durationMs: number | null;
  readonly tokens: { readonly input: number; readonly output: number } | null;
  readonly outputHash: string | null;
  readonly error: string | null;
}

export type Change = "same" | "changed" | "onlyA" | "onlyB";

export interface ComparedStep {
  readonly key: string;
  readonly name: string;
  readonly kind: string;
  readonly change: Change;
  readonly what: readonly string[];
  readonly a: ComparedSide | null;
  readonly b: ComparedSide | null;
}

export interface ComparedRun {
  readonly id: string;
  readonly flow: string;
  readonly status: string;
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
}

export interface Comparison {
  readonly a: ComparedRun;
  readonly b: ComparedRun;
  readonly counts: Readonly<Record<Change, number>>;
  readonly steps: readonly ComparedStep[];
}

/** One sentence that says how the two differ. */
export function answerOf({ a, b, counts }: Comparison): string {
  const parts = [
    ...(counts.changed > 0 ? [plural(counts.changed, "step differs", "steps differ")] : []),
    ...(counts.onlyA > 0 ? [`${plural(counts.onlyA, "step")} only in A`] : []),
    ...(counts.onlyB > 0 ? [`${plural(counts.onlyB, "step")} only in B`] : []),
  ];
  const what = parts.length === 0 ? `All ${plural(counts.same, "step")} gave the same` : parts.join(", ");
  return [what, endWords(a, b), timeWords(a, b)].filter(Boolean).join("; ");
}

function endWords(a: ComparedRun, b: ComparedRun): string {
  return a.status === b.status ? "" : `A ${a.status}, B ${b.status}`;
}

function timeWords(a: ComparedRun, b: ComparedRun): string {
  const [left, right] = [tookOf(a), tookOf(b)];
  if (left === null || right === null) return "";
  const by = right - left;
  // Within a twentieth nobody would call it another time.
  if (Math.abs(by) < Math.max(left, right) / 20) return "both took about as long";
  return `B took ${duration(Math.abs(by))} ${by > 0 ? "longer" : "less"}`;
}

export function tookOf({ startedAt, finishedAt }: ComparedRun): number | null {
  return startedAt === null || finishedAt === null ? null : finishedAt - startedAt;
}

/** `+1.2 s`, `−30 ms`; nothing where one is missing or they are the same. */
export function deltaOf({ a, b }: ComparedStep): string {
  if (!a || !b || a.durationMs === null || b.durationMs === null) return "";
  const by = b.durationMs - a.durationMs;
  return by === 0 ? "" : `${by > 0 ? "+" : "−"}${duration(Math.abs(by))}`;
}

/** What a step lies in, from its key: `parse[2]/words` is `in parse › item 3`. */
export function placeInKey(key: string): string {
  const end = key.lastIndexOf("/");
  if (end < 0) return "";
  const above = key
    .slice(0, end)
    .replaceAll(/\[(\d+)\]/g, (_all, index: string) => ` › item ${Number(index) + 1}`)
    .replaceAll("/", " › ")
    .replaceAll(/%([0-9A-F]{2})/g, (_all, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
  return `in ${above}`;
}

export const changeWords: Readonly<Record<Change, string>> = {
  same: "same",
  changed: "differs",
  onlyA: "only in A",
  onlyB: "only in B",
};

export function shownSteps({ steps }: Pick<Comparison, "steps">, differencesOnly: boolean): readonly ComparedStep[] {
  return differencesOnly ? steps.filter(({ change }) => change !== "same") : steps;
}
