export const severities = ["critical", "high", "medium", "low"] as const;
export type Severity = (typeof severities)[number];

export type FindingKind = "secret" | "leftover" | "dependency" | "unread" | "mode" | "submodule" | "model";

export interface Finding {
  readonly severity: Severity;
  readonly kind: FindingKind;
  readonly file: string;
  /** In the new file; `null` where it is about the file as a whole. */
  readonly line: number | null;
  readonly title: string;
  readonly detail: string;
  /** Who says so: a rule of this flow, or a model. */
  readonly source: string;
}

// More places of one kind in one file become one finding: forty debug prints are one decision.
const placesShownAlone = 3;
const linesNamed = 8;

/** Most severe first, then by place: the same input gives the same order. */
export function sortFindings(findings: readonly Finding[]): Finding[] {
  return findings.toSorted(
    (a, b) =>
      severities.indexOf(a.severity) - severities.indexOf(b.severity) ||
      compare(a.kind === "model" ? 1 : 0, b.kind === "model" ? 1 : 0) ||
      compare(a.file, b.file) ||
      compare(a.line ?? 0, b.line ?? 0) ||
      compare(a.title, b.title),
  );
}

export function compare<Value extends string | number>(a: Value, b: Value): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Findings of one file, of which many of the same title are put together. */
export function groupFindings(findings: readonly Finding[]): Finding[] {
  const byTitle = Map.groupBy(findings, (finding) => `${finding.severity} ${finding.title}`);
  return [...byTitle.values()].flatMap((group) => (group.length > placesShownAlone ? [together(group)] : group));
}

function together(group: readonly Finding[]): Finding {
  const first = group[0];
  if (!first) throw new Error("a group of findings is empty");
  const lines = group.slice(0, linesNamed).map((finding) => finding.line);
  const rest = group.length - lines.length;
  const places = `lines ${lines.join(", ")}${rest > 0 ? ` and ${rest} more` : ""}`;
  return { ...first, detail: `${group.length} places (${places}); the first: ${first.detail}` };
}

export function countBySeverity(findings: readonly Finding[]): string {
  const parts = severities
    .map((severity) => ({ severity, count: findings.filter((finding) => finding.severity === severity).length }))
    .filter(({ count }) => count > 0);
  return parts.map(({ severity, count }) => `${count} ${severity}`).join(", ");
}

export const place = (finding: Pick<Finding, "file" | "line">): string =>
  finding.line === null ? finding.file : `${finding.file}:${finding.line}`;
