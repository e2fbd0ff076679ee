import { createHmac, hash, randomBytes, timingSafeEqual } from "node:crypto";
import type { Clock } from "../core/clock.ts";

const linkMs = 10 * 60_000;
// Of links that nobody opens, the last ones stay.
const mostLinks = 100;
const sessionSeconds = 30 * 24 * 3_600;

export interface Sessions {
  /** Whether this is the token itself. Takes the same time for every wrong one. */
  isToken(given: string): boolean;
  /** A word that opens one session, within 10 minutes. */
  createOnce(): string;
  redeem(once: string): boolean;
  /** The `Set-Cookie` of a new session. */
  issue(): string;
  /** What a `Cookie` header is worth; a session in its second half is to be issued anew. */
  check(cookies: string): "none" | "valid" | "ageing";
}

/** Sessions are signed, not stored: they outlive the process, and end with the token or after 30 days without a visit. */
export function createSessions(token: string, clock: Clock): Sessions {
  // Browsers keep cookies apart by host, not by port: two projects on one machine must not overwrite each other's.
  const name = `tutti_${digest(`name:${token}`).toString("hex").slice(0, 12)}`;
  const links = new Map<string, number>();
  const seconds = (): number => Math.floor(clock.now() / 1_000);
  const sign = (text: string): string => createHmac("sha256", token).update(text).digest("base64url");

  return {
    isToken: (given) => isEqual(given, token),
    createOnce() {
      const once = randomBytes(24).toString("base64url");
      links.set(digest(once).toString("hex"), clock.now() + linkMs);
      for (const oldest of [...links.keys()].slice(0, -mostLinks)) links.delete(oldest);
      return once;
    },
    redeem(once) {
      const key = digest(once).toString("hex");
      const until = links.get(key);
      links.delete(key);
      return until !== undefined && until > clock.now();
    },
    issue() {
      const claim = `${randomBytes(12).toString("base64url")}.${seconds() + sessionSeconds}`;
      return `${name}=${claim}.${sign(claim)}; Path=/; Max-Age=${sessionSeconds}; HttpOnly; SameSite=Strict`;
    },
    check(cookies) {
      const lifetimes = valuesOf(cookies, name).map((value) => {
        const [id = "", expiry = "", signature = ""] = value.split(".");
        return isEqual(signature, sign(`${id}.${expiry}`)) ? Number(expiry) - seconds() : 0;
      });
      const longest = Math.max(0, ...lifetimes);
      if (!(longest > 0)) return "none";
      return longest < sessionSeconds / 2 ? "ageing" : "valid";
    },
  };
}

function valuesOf(cookies: string, name: string): string[] {
  return cookies
    .split(";")
    .map((part) => part.trim())
    .filter((part) => part.startsWith(`${name}=`))
    .map((part) => part.slice(name.length + 1));
}

/** Of equal lengths whatever is compared, so that no time tells how much of it was right. */
function isEqual(given: string, wanted: string): boolean {
  return timingSafeEqual(digest(given), digest(wanted));
}

function digest(text: string): Buffer {
  return hash("sha256", text, "buffer");
}
