import { TuttiError } from "../../../core/error.ts";
import type { EpochUs } from "../../record.ts";

/** What stands in a request, from JSON or protobuf: nothing of it is sure but what is asked for by the functions below. */
export type Message = Readonly<Record<string, unknown>>;

export function malformed(message: string): TuttiError {
  return new TuttiError("request.malformed", message);
}

/** Undefined where it is not there; JSON has `null` for that, too. Names that every object has are not there. */
export function fieldOf(message: Message, key: string): unknown {
  return Object.hasOwn(message, key) ? (message[key] ?? undefined) : undefined;
}

export function asMessage(value: unknown, what: string): Message {
  if (isMessage(value)) return value;
  throw malformed(`${what} is not an object`);
}

function isMessage(value: unknown): value is Message {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function messageOf(message: Message, key: string): Message | undefined {
  const value = fieldOf(message, key);
  return value === undefined ? undefined : asMessage(value, key);
}

export function listOf(message: Message, key: string): readonly unknown[] {
  const value = fieldOf(message, key) ?? [];
  if (!Array.isArray(value)) throw malformed(`${key} is not a list`);
  return value;
}

export function messagesOf(message: Message, key: string): Message[] {
  return listOf(message, key).map((value) => asMessage(value, `an element of ${key}`));
}

export function textOf(message: Message, key: string): string {
  const value = fieldOf(message, key) ?? "";
  if (typeof value !== "string") throw malformed(`${key} is not a text`);
  return value;
}

export function truthOf(message: Message, key: string): boolean {
  return fieldOf(message, key) === true;
}

// As protobuf's JSON writes them.
const notFinite: Readonly<Record<string, number>> = { NaN, Infinity, "-Infinity": -Infinity };

/** A number, or a whole number of 64 bits in either of its forms, as near as a number comes to it. */
export function numberOf(message: Message, key: string): number | undefined {
  const value = fieldOf(message, key);
  return value === undefined ? undefined : toNumber(value, key);
}

export function numbersOf(message: Message, key: string): number[] {
  return listOf(message, key).map((value) => toNumber(value, `an element of ${key}`));
}

function toNumber(value: unknown, what: string): number {
  if (typeof value === "number") return value;
  if (isLong(value)) return Number(toBigInt(value));
  if (typeof value === "string") {
    const number = Object.hasOwn(notFinite, value) ? notFinite[value] : value.trim() === "" ? undefined : Number(value);
    if (number !== undefined && (Object.hasOwn(notFinite, value) || !Number.isNaN(number))) return number;
  }
  throw malformed(`${what} is not a number`);
}

/** One of an enumeration; OTLP's JSON has its number, never its name. */
export function choiceOf(message: Message, key: string): number {
  const value = fieldOf(message, key) ?? 0;
  if (typeof value !== "number" || !Number.isInteger(value)) throw malformed(`${key} is not a whole number`);
  return value;
}

/** A whole number of 64 bits; as text where a number would not be exact. */
export function integerValue(value: unknown): number | string {
  if (typeof value === "number" && Number.isInteger(value)) return value;
  const exact = isLong(value)
    ? toBigInt(value)
    : typeof value === "string" && /^-?\d{1,20}$/.test(value) && BigInt(value);
  if (exact === false) throw malformed("a whole number is not one");
  const number = Number(exact);
  return Number.isSafeInteger(number) ? number : exact.toString();
}

/** Nanoseconds since 1970 in microseconds; undefined for 0, which stands for no time. */
export function microsOf(message: Message, key: string): EpochUs | undefined {
  const value = fieldOf(message, key);
  if (value === undefined || value === 0 || value === "0") return undefined;
  const micros = toMicros(value);
  if (!Number.isSafeInteger(micros) || micros < 0) throw malformed(`${key} is no time in nanoseconds`);
  return micros === 0 ? undefined : micros;
}

const wordSize = 4_294_967_296;

function toMicros(value: unknown): number {
  if (typeof value === "number") return Math.floor(value / 1_000);
  if (typeof value === "string") return /^\d{1,20}$/.test(value) ? Number(value.slice(0, -3)) : NaN;
  if (!isLong(value)) return NaN;
  const high = value.high >>> 0;
  // In two parts, each of which is exact.
  return Math.floor(high / 1_000) * wordSize + Math.floor(((high % 1_000) * wordSize + (value.low >>> 0)) / 1_000);
}

/** Hex digits in lower case; null where there is none, be it as zeros. */
export function idOf(message: Message, key: string, bytes: number): string | null {
  const value = fieldOf(message, key) ?? "";
  const hex =
    value instanceof Uint8Array ? Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("hex") : value;
  if (typeof hex !== "string") throw malformed(`${key} is not a text of hex digits`);
  if (/^0*$/.test(hex)) return null;
  if (hex.length !== 2 * bytes || !/^[\da-f]+$/i.test(hex))
    throw malformed(`${key} does not have ${2 * bytes} hex digits`);
  return hex.toLowerCase();
}

/** How protobufjs gives whole numbers of 64 bits. */
interface Long {
  readonly low: number;
  readonly high: number;
  readonly unsigned: boolean;
}

function isLong(value: unknown): value is Long {
  return (
    typeof value === "object" &&
    value !== null &&
    "low" in value &&
    "high" in value &&
    Number.isInteger(value.low) &&
    Number.isInteger(value.high)
  );
}

function toBigInt({ low, high, unsigned }: Long): bigint {
  return (BigInt(unsigned ? high >>> 0 : high) << 32n) | BigInt(low >>> 0);
}
