import type { FileChange } from "./change.ts";
import { baseName, folderOf } from "./file-kind.ts";
import { compare } from "./finding.ts";
import type { Finding, Severity } from "./finding.ts";
import { isLockFile, manifestOf, manifestsOfLock } from "./manifest.ts";

export interface DependencyChange {
  readonly file: string;
  readonly name: string;
  readonly kind: "added" | "changed" | "removed";
  readonly before: string | null;
  readonly after: string | null;
}

/** A changed manifest with its text on both sides; empty text where there is none. */
export interface ManifestText {
  readonly path: string;
  readonly before: string;
  readonly after: string;
}

export const changedManifests = (changes: readonly FileChange[]): FileChange[] =>
  changes.filter((change) => manifestOf(change.path) !== null);

/** The lock files that may belong to changed manifests: beside them, or above them as workspaces have it. */
export function possibleLocks(changes: readonly FileChange[]): string[] {
  const found = changedManifests(changes).flatMap(({ path }) =>
    foldersUpward(path).flatMap((folder) => (manifestOf(path)?.locks ?? []).map((lock) => folder + lock)),
  );
  return [...new Set(found)].toSorted();
}

function foldersUpward(path: string): string[] {
  const folders = [folderOf(path)];
  while (folders.at(-1) !== "") folders.push(folderOf((folders.at(-1) ?? "").slice(0, -1)));
  return folders;
}

export function compareManifests(texts: readonly ManifestText[]): DependencyChange[] {
  return texts.flatMap(compareManifest).toSorted((a, b) => compare(a.file, b.file) || compare(a.name, b.name));
}

function compareManifest({ path, before, after }: ManifestText): DependencyChange[] {
  const read = manifestOf(path)?.read;
  if (!read) return [];
  const [old, now] = [read(before), read(after)];
  return [...new Set([...old.keys(), ...now.keys()])]
    .filter((name) => old.get(name) !== now.get(name))
    .map((name) => ({
      file: path,
      name,
      kind: !old.has(name) ? "added" : !now.has(name) ? "removed" : "changed",
      before: old.get(name) ?? null,
      after: now.get(name) ?? null,
    }));
}

/** What is odd about dependencies: lock and manifest apart, packages from outside a registry. */
export function findDependencyFaults(
  changes: readonly FileChange[],
  dependencies: readonly DependencyChange[],
  existingLocks: readonly string[],
): Finding[] {
  return [
    ...dependencies.filter(isFromElsewhere).map(fromElsewhere),
    ...manifestsWithoutLock(changes, dependencies, existingLocks),
    ...locksWithoutManifest(changes),
  ];
}

const isFromElsewhere = ({ kind, after }: DependencyChange): boolean =>
  kind !== "removed" && /^(?:@ )?(?:git[+:@]|https?:|ssh:|github:|[\w-]+\/[\w.-]+(?:#|$))|\bgit\s*=/.test(after ?? "");

function fromElsewhere({ file, name, after }: DependencyChange): Finding {
  const detail = `${name} comes from ${after}: it can change without a new version`;
  return fault("medium", file, "dependency from outside a registry", detail);
}

function manifestsWithoutLock(
  changes: readonly FileChange[],
  dependencies: readonly DependencyChange[],
  existingLocks: readonly string[],
): Finding[] {
  const changed = new Set(changes.map((change) => change.path));
  return [...new Set(dependencies.map(({ file }) => file))].flatMap((path) => {
    const locks = possibleLocks(changes.filter((change) => change.path === path));
    const existing = locks.filter((lock) => existingLocks.includes(lock));
    if (existing.length === 0 || locks.some((lock) => changed.has(lock))) return [];
    const detail = `${existing.join(", ")} did not change with it: an install may give other versions than were tested`;
    return [fault("medium", path, "dependencies changed, lock file not", detail)];
  });
}

function locksWithoutManifest(changes: readonly FileChange[]): Finding[] {
  const manifests = changedManifests(changes).map((change) => change.path);
  return changes
    .filter(({ path, kind }) => isLockFile(path) && kind !== "deleted" && kind !== "renamed")
    .filter(({ path }) => !manifests.some((manifest) => isManifestOf(manifest, path)))
    .map(({ path }) => fault("low", path, "lock file changed, manifest not", byHand));
}

const byHand = "an update of what the dependencies depend on, or a change by hand: see that it was meant";

const isManifestOf = (manifest: string, lock: string): boolean =>
  manifest.startsWith(folderOf(lock)) && manifestsOfLock(lock).some(({ matches }) => matches.test(baseName(manifest)));

function fault(severity: Severity, file: string, title: string, detail: string): Finding {
  return { severity, kind: "dependency", file, line: null, title, detail, source: "rule" };
}
