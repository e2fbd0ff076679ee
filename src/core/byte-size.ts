import { TuttiError } from "./error.ts";

const units = ["B", "kB", "MB", "GB", "TB"] as const;

/** As the maker of a model writes it, in powers of a thousand: `2.0 GB`. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1_000;
    unit += 1;
  }
  return `${unit < 3 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** Bytes, or text such as `"500MB"`, `"1.5 GB"`, `"2GiB"`. */
export type ByteSize = number | string;

const factors: Readonly<Record<string, number>> = {
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 1_024,
  mib: 1_024 ** 2,
  gib: 1_024 ** 3,
  tib: 1_024 ** 4,
};

/** A size in bytes; `usage.invalid` for anything that is not one. */
export function toBytes(size: ByteSize): number {
  if (typeof size === "number") {
    if (Number.isSafeInteger(size) && size >= 0) return size;
    throw notASize(size);
  }
  const match = /^\s*(\d+(?:\.\d+)?)\s*([kmgt]?i?b)\s*$/i.exec(size);
  const factor = factors[match?.[2]?.toLowerCase() ?? ""];
  if (!match || factor === undefined) throw notASize(size);
  return Math.round(Number(match[1]) * factor);
}

/** Whether a setting may be it; what to say where it is not stands beside it. */
export function isByteSize(value: ByteSize): boolean {
  try {
    toBytes(value);
    return true;
  } catch {
    return false; // toBytes throws for nothing else
  }
}

export const notAByteSizeText = 'is not a size; write bytes or text such as "500MB", "1.5GB", "2GiB"';

function notASize(value: unknown): TuttiError {
  return new TuttiError("usage.invalid", `${JSON.stringify(value)} is not a size`, {
    hint: 'Write bytes as a number, or text such as "500MB", "1.5GB", "2GiB".',
  });
}
