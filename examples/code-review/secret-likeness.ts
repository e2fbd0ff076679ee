/** What tells a secret from its look-alikes: names, samples, placeholders, passwords that are no secret. */

const base64Run = /[A-Za-z0-9+/]{40,}={0,2}/g;

/** Whether a key follows its first line: without one it is a text about keys, or a check for them. */
export function isFilledKey(after: string): boolean {
  // The lines of a key, quoted or escaped as they may be in source, are put together again.
  const text = after.slice(0, 2_000).replace(/\\+n|\\+r|[\s"'`,;]|^[A-Za-z-]+:.*$/gm, "");
  const body = text.split("-----END")[0] ?? "";
  return (body.match(base64Run) ?? []).some((run) => entropy(run.slice(0, 200)) >= 4);
}

/** A JSON web token that a reader could use: its parts are JSON, and it is not the sample of every manual. */
export function isRealToken(value: string): boolean {
  const [header = "", payload = ""] = value.split(".");
  const [head, claims] = [decode(header), decode(payload)];
  if (!/"alg"/.test(head) || !claims.startsWith("{")) return false;
  return !/John Doe|Jane Doe|"sub":\s*"?(?:1234567890|test|user|example)|example\.(?:com|org|net)/i.test(claims);
}

const decode = (part: string): string => Buffer.from(part, "base64url").toString("utf8");

const commonPasswords =
  /^(?:pass(?:word|wd)?|pwd?|secret|my[-_]?(?:password|secret)|admin|root|guest|user(?:name)?|test(?:ing)?|postgres|mysql|redis|mongo|rabbit(?:mq)?|hunter2|foo|bar|baz|abc|123\d*|token|key|x+|\*+)$/i;
const ownHost =
  /^(?:localhost|127\.|0\.0\.0\.0|\[?::1|host(?:name)?$|server$|db$|database$|example)|\.(?:example|test|invalid|localhost)$|\bexample\./i;

/** Whether a password in an address protects something: not `postgres:postgres@localhost`. */
export function isForeignPassword({ user, password, host }: { user: string; password: string; host: string }): boolean {
  if (password === user || commonPasswords.test(password) || /[<>{}$%]/.test(password)) return false;
  if (!/\d/.test(password) && password.length < 6) return false;
  return !ownHost.test(host.split(":")[0] ?? host) || (isStrangeWord(password) && password.length >= 12);
}

/** Whether a value was made by chance: names are put together from words, keys are not. */
export function isStrangeWord(value: string): boolean {
  if (/^[\w.]+\(|^(?:https?|file):\/\/|^[A-Z][A-Z0-9_]*=|\[[^\]]*-[^\]]*\]|\\[dws]|\(\?/.test(value) || isName(value))
    return false;
  if (isPlainText(value)) return false;
  const isMixed = /\d/.test(value) && /[a-z]/i.test(value);
  return entropy(value) >= (isMixed ? 2.8 : 3.7) && (isMixed || /[^\w./:-]/.test(value));
}

function isName(value: string): boolean {
  const parts = value.split(/[-_./:@ ]/);
  if (parts.length > 1)
    return parts.every((part) => /^(?:[A-Za-z]*|\d{1,12}|[A-Za-z]{1,12}\d{1,2}|.{1,3})$/.test(part));
  // passwordInput1, TOKEN2
  return /^[a-z]+(?:[A-Z][a-z]+)+\d{0,2}$|^[A-Z]+\d{0,2}$/.test(value);
}

// `bm90IG15IHJlYWwgcGFzc3dvcmQ=` is "not my real password": words behind base64 are for a reader.
function isPlainText(value: string): boolean {
  if (!/^[A-Za-z0-9+/]{12,}={0,2}$/.test(value)) return false;
  const text = Buffer.from(value, "base64").toString("latin1");
  return /^[\x20-\x7e]+$/.test(text) && /\s|example|test|fake|dummy|secret|password/i.test(text);
}

/** Shannon entropy, bits per character. */
export function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}
