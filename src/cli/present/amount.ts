/** A count with its thousands apart. */
export function amount(value: number | null): string {
  return value === null ? "unknown" : value.toLocaleString("en-US", { maximumFractionDigits: 1 });
}

/** Small amounts keep the digits that say something: 0.000042 EUR. */
export function money(value: number, currency: string | null): string {
  const digits = Math.abs(value) >= 1 || value === 0 ? 2 : 6;
  return `${value.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: digits })} ${currency ?? ""}`.trim();
}
