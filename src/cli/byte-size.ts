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
