import { spawnSync } from "node:child_process";
import { closeSync, mkdirSync, mkdtempSync, openSync, rmdirSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A file system in memory of a fixed size, for what happens when it is full or read-only. */
export class SmallDisk implements Disposable {
  readonly folder: string;

  constructor(folder: string, sizeKb: number) {
    this.folder = folder;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    mount(["-t", "tmpfs", "-o", `size=${sizeKb}k,mode=0700`, "tutti-test", folder]);
  }

  /** Writes a file until not one byte more goes in. */
  fill(): void {
    const file = openSync(join(this.folder, "filler"), "w");
    try {
      for (const size of [65_536, 4_096, 1]) writeUntilFull(file, Buffer.alloc(size));
    } finally {
      closeSync(file);
    }
  }

  free(): void {
    rmSync(join(this.folder, "filler"));
  }

  makeReadOnly(): void {
    mount(["-o", "remount,ro", this.folder]);
  }

  [Symbol.dispose](): void {
    spawnSync("umount", ["--lazy", this.folder]);
  }
}

/** The `skip` option of a test that needs one: `false`, or the reason. */
export function smallDiskUnavailable(): string | false {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return "no small disk: only root on Linux mounts one";
  const folder = mkdtempSync(join(tmpdir(), "tutti-disk-"));
  const disk = spawnSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tutti-test", folder]);
  if (disk.status === 0) spawnSync("umount", [folder]);
  rmdirSync(folder);
  return disk.status === 0 ? false : "no small disk: this machine lets nobody mount a tmpfs";
}

function mount(words: readonly string[]): void {
  const { status, stderr } = spawnSync("mount", words, { encoding: "utf8" });
  if (status !== 0) throw new Error(`mount ${words.join(" ")}: ${stderr}`);
}

function writeUntilFull(file: number, bytes: Uint8Array): void {
  try {
    while (writeSync(file, bytes) > 0);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOSPC")) throw error;
  }
}
