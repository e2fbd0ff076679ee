/** One line of a hunk, without its sign and without the carriage return of a CRLF file. */
export interface PatchLine {
  readonly kind: "added" | "deleted" | "context";
  readonly text: string;
  /** In the new file; for a deleted line the line that now stands in its place. */
  readonly line: number;
}

export interface Hunk {
  readonly oldStart: number;
  readonly oldLines: number;
  readonly newStart: number;
  readonly newLines: number;
  /** What git shows after the second `@@`: usually the function. */
  readonly heading: string;
  readonly lines: readonly PatchLine[];
}

export interface FilePatch {
  readonly path: string;
  readonly from: string | null;
  readonly isBinary: boolean;
  readonly hunks: readonly Hunk[];
}

/**
 * Reads git's own patch format. Hunks are read by the line counts of their heads, so a changed line that looks like
 * a head (`--- a/x`, `diff --git …`, `@@`) stays what it is.
 */
export function parsePatch(patch: string): FilePatch[] {
  const lines = patch.split("\n");
  const files: FilePatch[] = [];
  let index = 0;
  while (index < lines.length) {
    if (!(lines[index] ?? "").startsWith("diff --git ")) {
      index += 1;
      continue;
    }
    const { file, next } = readFile(lines, index);
    files.push(file);
    index = next;
  }
  return files;
}

interface Names {
  old: string | null;
  new: string | null;
  isBinary: boolean;
}

function readFile(lines: readonly string[], start: number): { file: FilePatch; next: number } {
  const same = nameOfBoth((lines[start] ?? "").slice("diff --git ".length));
  const names: Names = { old: null, new: null, isBinary: false };
  let index = start + 1;
  while (index < lines.length && !/^(?:diff --git |@@ )/.test(lines[index] ?? "")) {
    readHeader(lines[index] ?? "", names);
    index += 1;
  }
  const hunks: Hunk[] = [];
  while ((lines[index] ?? "").startsWith("@@ ")) {
    const { hunk, next } = readHunk(lines, index);
    hunks.push(hunk);
    index = next;
  }
  const path = names.new ?? names.old ?? same ?? "";
  const from = names.old !== null && names.old !== path ? names.old : null;
  return { file: { path, from, isBinary: names.isBinary, hunks }, next: index };
}

function readHeader(line: string, names: Names): void {
  const match = /^(--- |\+\+\+ |(?:rename|copy) (?:from|to) )(.*)$/s.exec(line);
  if (!match) {
    if (/^(?:Binary files |GIT binary patch)/.test(line)) names.isBinary = true;
    return;
  }
  const [, head = "", rest = ""] = match;
  if (head === "--- ") names.old = sideName(rest, "a/") ?? names.old;
  else if (head === "+++ ") names.new = sideName(rest, "b/") ?? names.new;
  else if (head.endsWith("from ")) names.old = unquote(rest);
  else names.new = unquote(rest);
}

function sideName(text: string, prefix: string): string | null {
  // git ends a name that holds a space with a tab.
  const name = unquote(text.replace(/\t$/, ""));
  return name === "/dev/null" ? null : withoutPrefix(name, prefix);
}

const withoutPrefix = (name: string, prefix: string): string =>
  name.startsWith(prefix) ? name.slice(prefix.length) : name;

/**
 * The name in `a/NAME b/NAME`. Only a file without `---` and rename lines needs it (binary, empty, mode only), and
 * there both names are the same, so the middle is known whatever spaces the name holds.
 */
function nameOfBoth(text: string): string | null {
  if (text.startsWith('"')) {
    const end = /^"(?:[^"\\]|\\.)*"/.exec(text)?.[0];
    return end === undefined ? null : withoutPrefix(unquote(end), "a/");
  }
  const half = (text.length - 1) / 2;
  const name = text.slice(2, half);
  return text === `a/${name} b/${name}` ? name : null;
}

function readHunk(lines: readonly string[], start: number): { hunk: Hunk; next: number } {
  const head = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@ ?(.*)$/.exec((lines[start] ?? "").replace(/\r$/, ""));
  if (!head) return { hunk: noHunk, next: start + 1 };
  const [oldStart, oldLines, newStart, newLines] = [head[1], head[2] ?? "1", head[3], head[4] ?? "1"].map(Number);
  const counts = { oldStart: oldStart ?? 0, oldLines: oldLines ?? 0, newStart: newStart ?? 0, newLines: newLines ?? 0 };
  const read: PatchLine[] = [];
  const next = readLines(lines, start + 1, counts, read);
  return { hunk: { ...counts, heading: head[5] ?? "", lines: read }, next };
}

const noHunk: Hunk = { oldStart: 0, oldLines: 0, newStart: 0, newLines: 0, heading: "", lines: [] };

type Counts = Pick<Hunk, "oldLines" | "newStart" | "newLines">;

function readLines(lines: readonly string[], start: number, counts: Counts, into: PatchLine[]): number {
  let [index, oldLeft, newLeft, line] = [start, counts.oldLines, counts.newLines, Math.max(counts.newStart, 1)];
  while (index < lines.length && (oldLeft > 0 || newLeft > 0)) {
    const raw = lines[index] ?? "";
    index += 1;
    if (raw.startsWith("\\")) continue;
    const text = raw.slice(1).replace(/\r$/, "");
    // An empty line is an unchanged empty line (`diff.suppressBlankEmpty`).
    const kind = raw.startsWith("+") ? "added" : raw.startsWith("-") ? "deleted" : "context";
    into.push({ kind, text, line });
    if (kind !== "added") oldLeft -= 1;
    if (kind !== "deleted") newLeft -= 1;
    if (kind !== "deleted") line += 1;
  }
  return (lines[index] ?? "").startsWith("\\") ? index + 1 : index;
}

const escapes: Readonly<Record<string, number>> = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13, '"': 34, "\\": 92 };

/** Undoes git's C quoting: `"caf\303\251 \"x\"\n"`. Other text comes back as it is. */
export function unquote(text: string): string {
  if (!/^".*"$/s.test(text)) return text;
  const parts = text.slice(1, -1).match(/\\[0-7]{3}|\\.|[^\\]+/gs) ?? [];
  return Buffer.concat(parts.map(unescape)).toString("utf8");
}

function unescape(part: string): Buffer {
  if (!part.startsWith("\\")) return Buffer.from(part, "utf8");
  const code = part.length === 4 ? Number.parseInt(part.slice(1), 8) : escapes[part.slice(1)];
  return code === undefined ? Buffer.from(part, "utf8") : Buffer.from([code]);
}
