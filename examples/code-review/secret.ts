import type { FilePatch, PatchLine } from "./diff.ts";
import { folderOf } from "./file-kind.ts";
import { groupFindings } from "./finding.ts";
import type { Finding } from "./finding.ts";
import { gradeSecret, mayHoldSecret, secretPatternsFor } from "./secret-pattern.ts";
import type { SecretPattern } from "./secret-pattern.ts";

// A private key is recognised by the lines that follow its first one.
const linesBehind = 12;

/** Likely secrets in the added lines of a file, masked. `known`: those that the change took away somewhere. */
export function findSecrets(patch: FilePatch, known: ReadonlySet<string> = new Set()): Finding[] {
  const found: Finding[] = [];
  for (const { line, after } of suspects(patch, "added")) {
    for (const hit of secretsIn(line.text, patch.path, after)) {
      found.push(
        toFinding(hit, { path: patch.path, line: line.line, isKnown: !isKeyHead(hit.value) && known.has(hit.value) }),
      );
    }
  }
  return groupFindings(found);
}

/** The secrets in deleted lines: one that comes back elsewhere was moved. */
export function deletedSecrets(patches: readonly FilePatch[]): Set<string> {
  const values = new Set<string>();
  for (const patch of patches) {
    for (const { line, after } of suspects(patch, "deleted")) {
      for (const { value } of secretsIn(line.text, patch.path, after)) values.add(value);
    }
  }
  return values;
}

/** Made-up keys come in dozens: what is low and alike in one folder becomes one finding. */
export function foldSecrets(findings: readonly Finding[]): Finding[] {
  const groups = Map.groupBy(findings, ({ severity, title, file }) =>
    severity === "low" ? `${title} in ${folderOf(file)}` : `${severity} ${title} ${file}`,
  );
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    const files = new Set(group.map(({ file }) => file));
    if (!first || first.severity !== "low" || files.size < 3) return group;
    return [
      {
        ...first,
        detail: `in ${files.size} files of ${folderOf(first.file) || "the top folder"}; the first: ${first.detail}`,
      },
    ];
  });
}

interface Suspect {
  readonly line: PatchLine;
  readonly after: string;
}

function suspects({ hunks }: FilePatch, kind: PatchLine["kind"]): Suspect[] {
  return hunks.flatMap(({ lines }) => {
    const ofKind = lines.filter((line) => line.kind === kind);
    return ofKind.flatMap((line, index) => {
      if (!mayHoldSecret(line.text)) return [];
      const behind = ofKind.slice(index + 1, index + 1 + linesBehind);
      return [{ line, after: behind.map(({ text }) => text.slice(0, 200)).join("\n") }];
    });
  });
}

/** The text with every likely secret masked: for whatever leaves this flow. */
export function maskSecrets(text: string, path: string): string {
  if (!mayHoldSecret(text)) return text;
  return secretsIn(text, path, "").reduce((masked, hit) => masked.replaceAll(hit.value, mask(hit.value)), text);
}

interface Hit {
  readonly value: string;
  readonly pattern: SecretPattern;
}

function secretsIn(text: string, path: string, after: string): Hit[] {
  const hits: Hit[] = [];
  for (const pattern of secretPatternsFor(path)) {
    for (const match of text.matchAll(pattern.expression)) {
      const value = secretOf(match);
      const isKnown = hits.some((hit) => hit.value.includes(value) || value.includes(hit.value));
      const rest = `${text.slice(match.index + match[0].length, match.index + match[0].length + 2_000)}\n${after}`;
      if (!isKnown && pattern.isLikely(match, rest)) hits.push({ value, pattern });
    }
  }
  return hits;
}

// In an address the password stands between the user and the host.
const secretOf = (match: RegExpMatchArray): string => (match.length > 2 ? match[2] : match[1]) ?? match[0];

function toFinding(
  { value, pattern }: Hit,
  { path, line, isKnown }: { path: string; line: number; isKnown: boolean },
): Finding {
  const { severity, advice } = gradeSecret(pattern, path);
  const detail = `${mask(value)}: ${isKnown ? "moved, it was there before; " : ""}${advice}`;
  return { severity, kind: "secret", file: path, line, title: pattern.title, detail, source: "rule" };
}

// All private keys begin alike.
const isKeyHead = (value: string): boolean => value.startsWith("-----BEGIN");

function mask(value: string): string {
  if (isKeyHead(value)) return "[private key]";
  const shown = value.length >= 16 ? value.slice(0, 4) : value.slice(0, 1);
  return `${shown}… (${value.length} characters)`;
}
