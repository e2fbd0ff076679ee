import { createHash, hash } from "node:crypto";

/** SHA-256 of a text, base64url, 43 characters. */
export function sha256(text: string): string {
  return hash("sha256", text, "base64url");
}

/** SHA-256 of bytes, lower-case hex, 64 characters: the name of a blob. */
export function sha256Hex(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** A 32-bit number from text, to seed a generator. */
export function seedFrom(text: string): number {
  return Number.parseInt(hash("sha256", text, "hex").slice(0, 8), 16);
}
