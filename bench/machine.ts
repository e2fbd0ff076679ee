import { availableParallelism, cpus, totalmem } from "node:os";
import { readFileSync } from "node:fs";

/** What the figures were taken on. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly platform: string;
  readonly node: string;
  readonly sqlite: string;
  readonly versions: Readonly<Record<string, string>>;
}

export function describeMachine(): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 1_024 ** 3),
    platform: `${process.platform}-${process.arch}`,
    node: process.versions.node,
    sqlite: process.versions["sqlite"] ?? "unknown",
    versions: { tutti: versionIn("../package.json"), ...peerVersions() },
  };
}

function peerVersions(): Record<string, string> {
  const text = readFileSync(new URL("package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { dependencies: Record<string, string> }).dependencies;
}

function versionIn(path: string): string {
  const text = readFileSync(new URL(path, import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}
