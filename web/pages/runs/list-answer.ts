import { plural } from "../../data/format.ts";

/** What the list says in one sentence; undefined until it is known. */
export function listAnswer(
  stats: { readonly byStatus: Readonly<Record<string, number>>; readonly total: number } | undefined,
  query: string,
): string | undefined {
  if (!stats) return undefined;
  const { byStatus, total } = stats;
  const scope = query === "" ? "in the last 24 h" : "of these in the last 24 h";
  if (total === 0) return `No runs ${scope}.`;
  const told = [
    [byStatus["running"] ?? 0, "running"],
    [byStatus["waiting"] ?? 0, "waiting"],
    [byStatus["failed"] ?? 0, "failed"],
  ] as const;
  const parts = told.filter(([runs]) => runs > 0).map(([runs, word]) => `${runs} ${word}`);
  return `${plural(total, "run")} ${scope}${parts.length === 0 ? ", none of them failed" : `: ${parts.join(", ")}`}.`;
}
