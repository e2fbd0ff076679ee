import type { FileChange } from "./change.ts";
import type { FilePatch } from "./diff.ts";
import { baseName, folderOf, isVendored } from "./file-kind.ts";
import { compare, groupFindings } from "./finding.ts";
import type { Finding, Severity } from "./finding.ts";
import { isLockFile, manifestOf, manifestsOfLock } from "./manifest.ts";
import { versionStep } from "./version.ts";
import type { VersionStep } from "./version.ts";

export interface DependencyChange {
  readonly file: string;
  readonly name: string;
  readonly kind: "added" | "changed" | "removed";
  readonly before: string | null;
  readonly after: string | null;
  /** How far the version moved; `null` where nothing moved or it cannot be told. */
  readonly step: VersionStep | null;
}

/** A changed manifest with its text on both sides; empty text where there is none. */
export interface ManifestText {
  readonly path: string;
  readonly before: string;
  readonly after: string;
}

export const changedManifests = (changes: readonly FileChange[]): FileChange[] =>
  changes.filter((change) => manifestOf(change.path) !== null && !isVendored(change.path));

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
    .map((name) => describe(path, name, { before: old.get(name) ?? null, after: now.get(name) ?? null }));
}

function describe(
  file: string,
  name: string,
  { before, after }: { before: string | null; after: string | null },
): DependencyChange {
  const kind = before === null ? "added" : after === null ? "removed" : "changed";
  return { file, name, kind, before, after, step: versionStep(before ?? "", after ?? "") };
}

export interface DependencySources {
  readonly changes: readonly FileChange[];
  readonly dependencies: readonly DependencyChange[];
  readonly patches: readonly FilePatch[];
  readonly existingLocks: readonly string[];
}

/** What to know about dependencies: lock and manifest apart, packages from outside a registry, large steps and steps back. */
export function findDependencyFaults(sources: DependencySources): Finding[] {
  const perPackage = sources.dependencies.flatMap((dependency) =>
    judge(dependency, lineOf(dependency, sources.patches)),
  );
  const byFile = Map.groupBy(perPackage, ({ file }) => file);
  return [
    ...[...byFile.values()].flatMap(groupFindings),
    ...manifestsWithoutLock(sources),
    ...locksWithoutManifest(sources.changes),
  ];
}

const isFromElsewhere = ({ name, after }: DependencyChange): boolean =>
  name.endsWith(" (replace)") ||
  /^(?:@ )?(?:git[+:@]|https?:|ssh:|github:|[\w-]+\/[\w.-]+(?:#|$))|\bgit\s*=/.test(after ?? "");

function judge(dependency: DependencyChange, line: number | null): Finding[] {
  const { file, name, kind, before, after, step } = dependency;
  if (kind === "removed") return [];
  if (isFromElsewhere(dependency)) {
    const detail = `${name} comes from ${after}: it can change without a new version`;
    return [{ ...fault("medium", file, "dependency from outside a registry", detail), line }];
  }
  const move = `${name} ${before} → ${after}`;
  if (step === "major")
    return [{ ...fault("medium", file, "major version step", `${move}: read what it breaks`), line }];
  if (step === "downgrade")
    return [{ ...fault("medium", file, "dependency downgrade", `${move}: see that it was meant`), line }];
  return [];
}

/** The line of the manifest, where the diff shows it. */
function lineOf({ file, name, after }: DependencyChange, patches: readonly FilePatch[]): number | null {
  const word = name.replace(/ \(\w+\)$/, "");
  const added = patches
    .filter(({ path }) => path === file)
    .flatMap(({ hunks }) => hunks.flatMap(({ lines }) => lines))
    .filter(({ kind, text }) => kind === "added" && text.includes(word));
  return (added.find(({ text }) => text.includes(after ?? "")) ?? added[0])?.line ?? null;
}

function manifestsWithoutLock({ changes, dependencies, existingLocks }: DependencySources): Finding[] {
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
    .filter(({ path, kind }) => isLockFile(path) && !isVendored(path) && kind !== "deleted" && kind !== "renamed")
    .filter(({ path }) => !manifests.some((manifest) => isManifestOf(manifest, path)))
    .map(({ path }) => fault("low", path, "lock file changed, manifest not", byHand));
}

const byHand = "an update of what the dependencies depend on, or a change by hand: see that it was meant";

const isManifestOf = (manifest: string, lock: string): boolean =>
  manifest.startsWith(folderOf(lock)) && manifestsOfLock(lock).some(({ matches }) => matches.test(baseName(manifest)));

function fault(severity: Severity, file: string, title: string, detail: string): Finding {
  return { severity, kind: "dependency", file, line: null, title, detail, source: "rule" };
}
