import { createHmac } from "node:crypto";

const [fewest, most] = [24, 64];

/** The bytes of a secret as Standard Webhooks has it, `whsec_` and base64; null for what is none. */
export function secretBytes(secret: string): Uint8Array | null {
  const [, text] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret) ?? [];
  if (text === undefined) return null;
  const bytes = Buffer.from(text, "base64");
  return bytes.length >= fewest && bytes.length <= most ? bytes : null;
}

/** The value of `webhook-signature` for a body that is sent now; `timestamp` in seconds. */
export function sign(
  secret: Uint8Array,
  { id, timestamp, body }: { id: string; timestamp: number; body: string },
): string {
  return `v1,${createHmac("sha256", secret).update(`${id}.${timestamp}.${body}`).digest("base64")}`;
}
