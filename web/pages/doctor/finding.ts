export interface Finding {
  readonly group: string;
  readonly name: string;
  readonly status: "ok" | "warn" | "fail" | "off";
  readonly message: string;
  readonly fix: string | null;
}

const order: readonly Finding["status"][] = ["fail", "warn", "ok", "off"];

/** In the order in which they came, each group with what is wrong first. */
export function groupsOf(
  findings: readonly Finding[],
): readonly { readonly group: string; readonly findings: readonly Finding[] }[] {
  const groups = Map.groupBy(findings, ({ group }) => group);
  return [...groups].map(([group, found]) => ({
    group,
    findings: found.toSorted((a, b) => order.indexOf(a.status) - order.indexOf(b.status)),
  }));
}

/** The first command that a sentence names between backquotes. */
export function commandIn(fix: string): string | null {
  return /`([a-z][^`]*)`/.exec(fix)?.[1] ?? null;
}
