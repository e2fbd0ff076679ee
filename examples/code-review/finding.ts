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

/** A leftover at a line of a file. */
export function atLine(
  file: string,
  { line, text }: { readonly line: number; readonly text: string },
  { title, severity }: Pick<Finding, "title" | "severity">,
): Finding {
  return { severity, kind: "leftover", file, line, title, detail: excerpt(text), source: "rule" };
}

function excerpt(text: string): string {
  const trimmed = text.trim();
  return trimmed.length > 120 ? `${trimmed.slice(0, 119)}…` : trimmed;
}

/** Most severe first, then by place: the same input gives the same order. */
export function sortFindings(findings: readonly Finding[]): Finding[] {
  return findings.toSorted(
    (a, b) =>
      rank(a) - rank(b) ||
      severities.indexOf(a.severity) - severities.indexOf(b.severity) ||
      compare(a.file, b.file) ||
      compare(a.line ?? 0, b.line ?? 0) ||
      compare(a.title, b.title),
  );
}

/**
 * What a model claims comes behind what a rule saw and before trifles, however grave it says it is: nobody has checked
 * it, and a file under review may have talked it into saying so.
 */
function rank({ kind, severity }: Finding): number {
  const order = severities.indexOf(severity) * 2;
  return kind === "model" ? severities.indexOf("medium") * 2 + 1 : order;
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

/** The first of each kind in each file, with how many more there are: five keys in a file are one thing to look at. */
export function foldByFile(findings: readonly Finding[]): Finding[] {
  return [...Map.groupBy(findings, ({ file, kind, severity }) => `${severity} ${kind} ${file}`).values()].flatMap(
    ([first, ...rest]) => {
      if (!first) return [];
      return rest.length === 0
        ? [first]
        : [{ ...first, detail: `and ${rest.length} more in this file; ${first.detail}` }];
    },
  );
}

/** What rules found by severity, and what a model claims apart from it. */
export function countBySeverity(findings: readonly Finding[]): string {
  const claims = findings.filter(({ kind }) => kind === "model").length;
  const parts = severities
    .map((severity) => ({
      severity,
      count: findings.filter((one) => one.kind !== "model" && one.severity === severity).length,
    }))
    .filter(({ count }) => count > 0)
    .map(({ severity, count }) => `${count} ${severity}`);
  return [...parts, ...(claims > 0 ? [`${claims} claimed by the model`] : [])].join(", ");
}

export const place = (finding: Pick<Finding, "file" | "line">): string =>
  finding.line === null ? finding.file : `${finding.file}:${finding.line}`;
