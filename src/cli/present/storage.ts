import { formatBytes } from "../../core/byte-size.ts";
import type { StoragePruneOutput, StorageShowOutput, StorageVacuumOutput } from "../../sdk/api.ts";
import { table, type TableLook } from "./table.ts";

const barWidth = 24;

/** What the data takes of what it may, part by part, and what is kept for how long. */
export function presentStorage(shown: StorageShowOutput, look: TableLook): string {
  const { capBytes, usedBytes, freeOnDiskBytes, parts, freeInDatabaseBytes, wantsVacuum, kinds } = shown;
  const { bold, dim, yellow } = look.color;
  const share = Math.round((usedBytes / capBytes) * 100);
  const disk = freeOnDiskBytes === null ? "" : dim(`, ${formatBytes(freeOnDiskBytes)} free on the disk`);
  const used = `${formatBytes(usedBytes)} of ${formatBytes(capBytes)} (${share} %)`;
  return [
    `${bold(usedBytes > capBytes ? yellow(used) : used)}${disk}`,
    "",
    ...parts.map(
      ({ name, bytes }) => `  ${name.padEnd(10)} ${bar(bytes / capBytes, look)} ${formatBytes(bytes).padStart(8)}`,
    ),
    ...(freeInDatabaseBytes > 0
      ? [dim(`  ${formatBytes(freeInDatabaseBytes)} of the database are free, and filled before it grows`)]
      : []),
    ...(wantsVacuum ? [yellow("  tutti storage vacuum gives that back; everything waits meanwhile")] : []),
    "",
    table(["kept", "for", "oldest", "takes", "what it is"], kinds.map(kindCells), look),
    "",
    dim("Above the cap the oldest goes first, from the top of this list downward. Open work and sums never go."),
  ].join("\n");
}

function kindCells({ name, keepMs, oldestAt, bytes, summary }: StorageShowOutput["kinds"][number]): string[] {
  const oldest = oldestAt === null ? "–" : new Date(oldestAt).toISOString().slice(0, 10);
  return [name, days(keepMs), oldest, bytes === null ? "–" : `about ${formatBytes(bytes)}`, summary];
}

export function presentPruned({ isDryRun, kinds, freedBytes }: StoragePruneOutput, look: TableLook): string {
  const rows = kinds.map(({ name, before, count, bytes }) => [
    name,
    new Date(before).toISOString().slice(0, 10),
    count === null ? "–" : String(count),
    bytes === null ? "–" : formatBytes(bytes),
  ]);
  const text = isDryRun
    ? `Nothing was removed. It would free ${formatBytes(freedBytes)} at the most, beside what has no figure here.`
    : `Removed. The data takes ${formatBytes(freedBytes)} less.`;
  return [
    table(["kind", "before", isDryRun ? "would go" : "went", isDryRun ? "bytes" : ""], rows, look),
    "",
    text,
  ].join("\n");
}

export function presentVacuumed({ beforeBytes, afterBytes, tookMs }: StorageVacuumOutput): string {
  return `The database takes ${formatBytes(afterBytes)}, after ${formatBytes(beforeBytes)} before; it took ${(tookMs / 1_000).toFixed(1)} s.`;
}

/** What is there is never shown as nothing. */
function bar(share: number, { color }: TableLook): string {
  const filled = Math.min(barWidth, share > 0 ? Math.max(1, Math.round(share * barWidth)) : 0);
  return `${color.blue("█".repeat(filled))}${color.dim("░".repeat(barWidth - filled))}`;
}

function days(ms: number): string {
  const hours = Math.round(ms / 3_600_000);
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} d`;
}
