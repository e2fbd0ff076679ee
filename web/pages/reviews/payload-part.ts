/** How a part of a payload is best read. */
export type PayloadPart =
  | { readonly kind: "value"; readonly name: string; readonly text: string }
  | { readonly kind: "text" | "json" | "diff"; readonly name: string; readonly text: string };

// A short value stands beside its name; a longer one under it.
const longestLine = 80;

/** A payload as named parts, in its own order: nothing is left out, nothing is reworded. */
export function partsOf(payload: unknown): readonly PayloadPart[] {
  if (typeof payload !== "object" || payload === null || Array.isArray(payload)) return [partOf("", payload)];
  return Object.entries(payload).map(([name, value]) => partOf(name, value));
}

function partOf(name: string, value: unknown): PayloadPart {
  if (typeof value === "string") {
    if (isDiff(value)) return { kind: "diff", name, text: value };
    return value.includes("\n") || value.length > longestLine
      ? { kind: "text", name, text: value }
      : { kind: "value", name, text: value };
  }
  const text = JSON.stringify(value, null, 2) ?? "null";
  return typeof value === "object" && value !== null && text.length > longestLine
    ? { kind: "json", name, text }
    : { kind: "value", name, text: oneLine(value) };
}

function oneLine(value: unknown): string {
  return JSON.stringify(value) ?? "null";
}

/** A unified diff, as `git diff` writes it. */
export function isDiff(text: string): boolean {
  return /^@@ -\d+(?:,\d+)? \+\d+(?:,\d+)? @@/m.test(text) && /^(?:diff --git |--- )/m.test(text);
}

export interface DiffLine {
  readonly kind: "file" | "place" | "same" | "old" | "new" | "note";
  readonly text: string;
  readonly oldLine: number | null;
  readonly newLine: number | null;
}

/** The lines of a unified diff with their numbers in both files. */
export function diffLines(text: string): readonly DiffLine[] {
  let [oldLine, newLine] = [0, 0];
  let isInside = false;
  return text
    .replace(/\n$/, "")
    .split("\n")
    .flatMap((line): DiffLine[] => {
      const place = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@(.*)$/.exec(line);
      if (place) {
        isInside = true;
        [oldLine, newLine] = [Number(place[1]), Number(place[2])];
        return [{ kind: "place", text: line, oldLine: null, newLine: null }];
      }
      if (line.startsWith("diff --git ")) isInside = false;
      if (!isInside) return headLine(line);
      if (line.startsWith("+")) return [{ kind: "new", text: line.slice(1), oldLine: null, newLine: newLine++ }];
      if (line.startsWith("-")) return [{ kind: "old", text: line.slice(1), oldLine: oldLine++, newLine: null }];
      if (line.startsWith("\\")) return [{ kind: "note", text: line, oldLine: null, newLine: null }];
      return [{ kind: "same", text: line.slice(1), oldLine: oldLine++, newLine: newLine++ }];
    });
}

/** Before the first place of a file: its name once, and what is said of it (a new mode, a rename). */
function headLine(line: string): DiffLine[] {
  const file = /^\+\+\+ (?:b\/)?(.*)$/.exec(line);
  if (file) return [{ kind: "file", text: file[1] ?? "", oldLine: null, newLine: null }];
  if (/^(?:diff --git |index |--- )/.test(line) || line === "") return [];
  return [{ kind: "note", text: line, oldLine: null, newLine: null }];
}

// A tab takes this much text without a pause; the rest can be downloaded.
const mostShown = 1_000_000;

export function shownPart(text: string): { readonly text: string; readonly left: number } {
  return text.length <= mostShown
    ? { text, left: 0 }
    : { text: text.slice(0, mostShown), left: text.length - mostShown };
}
