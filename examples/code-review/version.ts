export const versionSteps = ["major", "minor", "patch", "downgrade"] as const;
export type VersionStep = (typeof versionSteps)[number];

/** How far a version moved; `null` where one of the two is no version (a tag, an address, `any`). */
export function versionStep(before: string, after: string): VersionStep | null {
  const [old, now] = [parseVersion(before), parseVersion(after)];
  if (!old || !now) return null;
  const at = [0, 1, 2].find((index) => old[index] !== now[index]);
  if (at === undefined) return null;
  if ((now[at] ?? 0) < (old[at] ?? 0)) return "downgrade";
  return versionSteps[at] ?? null;
}

// `^1.2`, `>=1.2,<2`, `~> 7.0`, `v1.2.3`, `npm:other@1.2.3`: the first number counts, as it is the one that is asked for.
function parseVersion(text: string): number[] | null {
  if (/^(?:git|https?|file|link|workspace|\.)|\bgit\s*=|:\/\//.test(text)) return null;
  const match = /(?:^|[\s^~<>=v@!"'])(\d+)(?:\.(\d+|[x*]))?(?:\.(\d+|[x*]))?/.exec(text);
  return match ? [match[1], match[2], match[3]].map((part) => Number(part) || 0) : null;
}
