import { isSubmodule } from "./change.ts";
import type { FileChange } from "./change.ts";
import { changedManifests } from "./dependency.ts";
import type { ManifestText } from "./dependency.ts";
import { gitOutput } from "./git.ts";
import type { Repository } from "./repository.ts";

/** The texts of the changed manifests on both sides, all of them by one command. */
export async function readManifests(repository: Repository, changes: readonly FileChange[]): Promise<ManifestText[]> {
  const manifests = changedManifests(changes).filter((change) => !isSubmodule(change));
  const ids = [...new Set(manifests.flatMap(({ oldId, newId }) => [oldId, newId]))].filter((id) => !/^0+$/.test(id));
  if (ids.length === 0) return [];
  const argv = ["cat-file", "--batch"];
  const output = await gitOutput(repository.git, "read the manifests", argv, `${ids.join("\n")}\n`);
  const texts = splitBatch(output, ids);
  return manifests.map(({ path, oldId, newId }) => ({
    path,
    before: texts.get(oldId) ?? "",
    after: texts.get(newId) ?? "",
  }));
}

// Each text stands below a line with its id. Sizes there are in bytes, of which invalid ones have become others here.
function splitBatch(output: string, ids: readonly string[]): Map<string, string> {
  const texts = new Map<string, string>();
  let rest = output;
  for (const [index, id] of ids.entries()) {
    const body = rest.slice(rest.indexOf("\n") + 1);
    const next = ids[index + 1];
    const end = next === undefined ? body.length : body.search(new RegExp(`^${next} (?:blob|missing)`, "m"));
    texts.set(id, body.slice(0, end < 0 ? body.length : end));
    rest = end < 0 ? "" : body.slice(end);
  }
  return texts;
}
