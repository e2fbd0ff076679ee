const unitMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  y: 31_536_000_000,
};

/** `1h30m`, or seconds as a number; null for what is neither. */
export function durationMs(text: string): number | null {
  const parts = [...text.matchAll(/(\d+)(ms|[smhdwy])/g)];
  if (parts.length > 0 && parts.map(([part]) => part).join("") === text) {
    return parts.reduce((total, [, count, unit]) => total + Number(count) * (unitMs[unit ?? ""] ?? 0), 0);
  }
  const seconds = Number(text);
  return text !== "" && Number.isFinite(seconds) ? seconds * 1_000 : null;
}

/** A number as PromQL writes it: `1e3`, `0x1f`, `1_000`, `Inf`, `NaN`, and `5m` for 300. */
export function numberOf(text: string): number {
  const [, sign = "", plain = ""] = /^([+-]?)\s*(.*)$/.exec(text.replaceAll("_", "")) ?? [];
  const lower = plain.toLowerCase();
  const size = lower === "inf" ? Infinity : lower === "nan" ? NaN : sizeOf(plain);
  return sign === "-" ? -size : size;
}

function sizeOf(text: string): number {
  const value = Number(text);
  return Number.isNaN(value) ? (durationMs(text) ?? NaN) / 1_000 : value;
}

const escapes: Readonly<Record<string, string>> = {
  n: "\n",
  t: "\t",
  r: "\r",
  a: "\u0007",
  b: "\b",
  f: "\f",
  v: "\v",
  "\\": "\\",
  '"': '"',
  "'": "'",
};

/** The value of a text in quotes, whose backslashes mean what they mean in Go; null where it has no end. */
export function stringOf(text: string): string | null {
  const quote = text.charAt(0);
  if (text.length < 2 || !text.endsWith(quote)) return null;
  const inside = text.slice(1, -1);
  if (quote === "`") return inside;
  if (/(^|[^\\])(\\\\)*\\$/.test(inside)) return null;
  return inside.replaceAll(
    /\\(x[\da-f]{2}|u[\da-f]{4}|U[\da-f]{8}|[0-7]{3}|.)/gi,
    (_all, code: string) => escapes[code] ?? characterOf(code),
  );
}

function characterOf(code: string): string {
  if (/^[xuU]./.test(code)) return String.fromCodePoint(Math.min(Number.parseInt(code.slice(1), 16), 0x10ffff));
  return /^[0-7]{3}$/.test(code) ? String.fromCodePoint(Number.parseInt(code, 8)) : code;
}
