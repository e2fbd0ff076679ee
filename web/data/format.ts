// Numbers as people read them: at most three significant digits, a unit always, thin spaces. Unknown is "–", never zero.
const thin = "\u202f";
export const unknown = "–";

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** `41 ms`, `3.6 s`, `3 min 12 s`, `2 h 6 min`, `3 d 4 h`. */
export function duration(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return unknown;
  if (ms < second) return `${Math.round(Math.max(0, ms))}${thin}ms`;
  if (ms < minute) return `${digits(ms / second)}${thin}s`;
  if (ms < hour) return pair(ms, [minute, "min"], [second, "s"]);
  if (ms < day) return pair(ms, [hour, "h"], [minute, "min"]);
  return pair(ms, [day, "d"], [hour, "h"]);
}

type Unit = readonly [ms: number, name: string];

function pair(ms: number, [size, name]: Unit, [inner, innerName]: Unit): string {
  const parts = Math.round(ms / inner);
  const full = Math.floor((parts * inner) / size);
  const rest = parts - (full * size) / inner;
  const first = `${full}${thin}${name}`;
  return rest === 0 ? first : `${first} ${rest}${thin}${innerName}`;
}

/** How long ago in one unit: `12 s`, `3 min`, `2 h`, `5 d`. */
export function ago(at: number | null | undefined, now: number): string {
  if (at === null || at === undefined) return unknown;
  const ms = Math.max(0, now - at);
  if (ms < minute) return `${Math.floor(ms / second)}${thin}s`;
  if (ms < hour) return `${Math.floor(ms / minute)}${thin}min`;
  if (ms < 2 * day) return `${Math.floor(ms / hour)}${thin}h`;
  return `${Math.floor(ms / day)}${thin}d`;
}

/** `14:06:31` of today, else `24 Nov 14:06`; with the year where it is another. */
export function clockTime(at: number | null | undefined, now: number, { utc = false } = {}): string {
  if (at === null || at === undefined) return unknown;
  const [then, today] = [partsOf(at, utc), partsOf(now, utc)];
  const isToday = then.day === today.day && then.year === today.year;
  if (isToday && Math.abs(now - at) < day) return `${then.minute}:${then.second}`;
  return `${then.day}${then.year === today.year ? "" : ` ${then.year}`} ${then.minute}`;
}

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** By hand: the first formatter of a page takes the browser longer than all else that the page does. */
function partsOf(at: number, utc: boolean): { day: string; year: number; minute: string; second: string } {
  // A date that is moved by its zone reads as UTC what it is here.
  const date = new Date(utc ? at : at - new Date(at).getTimezoneOffset() * minute);
  const [, hours = "", minutes = "", seconds = ""] = /T(..):(..):(..)/.exec(date.toISOString()) ?? [];
  return {
    day: `${date.getUTCDate()} ${months[date.getUTCMonth()]}`,
    year: date.getUTCFullYear(),
    minute: `${hours}:${minutes}`,
    second: seconds,
  };
}

const formatters = new Map<boolean, Intl.DateTimeFormat>();

/** The whole instant with its zone. For a moment at which somebody asks for it, not for a first paint. */
export function fullTime(at: number | null | undefined, { utc = false } = {}): string {
  if (at === null || at === undefined) return unknown;
  const zone = utc ? { timeZone: "UTC" } : {};
  const formatter =
    formatters.get(utc) ??
    new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "long", hour12: false, ...zone });
  formatters.set(utc, formatter);
  return formatter.format(at);
}

/** `950`, `48.3 k`, `1.42 M`. */
export function count(value: number | null | undefined): string {
  if (value === null || value === undefined) return unknown;
  if (value < 1_000) return String(Math.round(value * 100) / 100);
  if (value < 999_500) return `${digits(value / 1_000)}${thin}k`;
  return value < 999_500_000 ? `${digits(value / 1e6)}${thin}M` : `${digits(value / 1e9)}${thin}G`;
}

/** A whole number with thin spaces between thousands. */
export function whole(value: number | null | undefined): string {
  if (value === null || value === undefined) return unknown;
  return String(Math.round(value)).replaceAll(/\B(?=(\d{3})+(?!\d))/g, thin);
}

/** `412 MB`, `5.1 GB`; powers of ten, as disks are sold. */
export function bytes(value: number | null | undefined): string {
  if (value === null || value === undefined) return unknown;
  if (value < 1_000) return `${value}${thin}B`;
  const units = ["kB", "MB", "GB", "TB"];
  const step = Math.min(units.length, Math.floor(Math.log10(Math.max(value, 1)) / 3));
  return `${digits(value / 1_000 ** step)}${thin}${units[step - 1] ?? "kB"}`;
}

/** Two decimals; four below a cent, so that a small price is not nothing. */
export function money(value: number | null | undefined, currency = "USD"): string {
  if (value === null || value === undefined) return unknown;
  const sign = currency === "USD" ? "$" : `${currency}${thin}`;
  if (value > 0 && value < 0.000_05) return `< ${sign}0.0001`;
  return `${sign}${value !== 0 && Math.abs(value) < 0.01 ? value.toFixed(4) : value.toFixed(2)}`;
}

export function percent(share: number | null | undefined): string {
  if (share === null || share === undefined || Number.isNaN(share)) return unknown;
  return `${digits(share * 100)}${thin}%`;
}

/** `1 run`, `12 runs`. */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${whole(value)} ${value === 1 ? one : many}`;
}

/** Eight characters that tell one id from another; the whole one is copied. */
export function shortId(id: string): string {
  const at = id.indexOf("_");
  // Run ids begin with their time, so that neighbours differ at their end.
  return at < 0 ? id.slice(-8) : `${id.slice(0, at + 1)}${id.slice(-6)}`;
}

function digits(value: number): string {
  if (value >= 99.95) return String(Math.round(value));
  const text = value >= 9.995 ? value.toFixed(1) : value.toFixed(2);
  return text.replace(/\.?0+$/, "");
}
