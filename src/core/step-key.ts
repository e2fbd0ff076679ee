/** The key of what a step lies in: `a/b` in `a`, `m[3]` in `m`; null at the top. Names have neither `/` nor `[` in keys. */
export function parentKey(key: string): string | null {
  // Without a pattern: it is asked several times for each of ten thousand steps.
  if (key.endsWith("]")) return key.slice(0, key.lastIndexOf("["));
  const slash = key.lastIndexOf("/");
  return slash < 0 ? null : key.slice(0, slash);
}

/** The name in a key: its last part, as it was written in the flow. */
export function nameInKey(key: string): string {
  const last = /\[\d+\]$/.exec(key)?.[0] ?? key.slice(key.lastIndexOf("/") + 1);
  return last
    .replace(/#\d+$/, "")
    .replaceAll(/%([0-9A-F]{2})/g, (_all, code: string) => String.fromCharCode(parseInt(code, 16)));
}

/** What a scope is that has no row of its own, by its key and one of those that lie in it. */
export function kindOfScope(key: string, inside: string): "item" | "map" | "turn" | "cleanup" | "scope" {
  if (key.endsWith("]")) return "item";
  if (/\[\d+\]$/.test(inside)) return "map";
  const name = nameInKey(key);
  if (/^turn \d+$/.test(name)) return "turn";
  return name === "cleanup" ? "cleanup" : "scope";
}

/** `draft/attempt#3` is the third. */
export function attemptNumber(key: string): number {
  return Number(/#(\d+)$/.exec(key)?.[1] ?? 1);
}

/** The key of an attempt of a step, as it is in the step's scope. */
export function attemptKey(step: string, attempt: number): string {
  return attempt === 1 ? `${step}/attempt` : `${step}/attempt#${attempt}`;
}
