import { TuttiError } from "../../core/error.ts";

/**
 * The base URL that a value of OLLAMA_HOST means, without a slash at the end: `127.0.0.1:11434`, `:11434`, `gpu-box`,
 * `[::1]`, `http://gpu-box:8080/ollama`. By Ollama's own rule the port is 11434, but 80 or 443 where a scheme is given.
 * An address to listen on (`0.0.0.0`, `::`) means this machine.
 */
export function ollamaUrl(host: string): string {
  const text = host.trim().replace(/^["']|["']$/g, "");
  const hasScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(text);
  const url = parse(hasScheme ? text : `http://${withHost(text)}`, host);
  if (!hasScheme && !/:\d+$/.test(authority(text))) url.port = "11434";
  if (url.hostname === "0.0.0.0") url.hostname = "127.0.0.1";
  if (url.hostname === "[::]") url.hostname = "[::1]";
  return `${url.origin}${url.pathname.replace(/\/+$/, "")}`;
}

/** Whether a URL, or a host name alone, stays on this machine. */
export function isLoopback(address: string): boolean {
  const name = hostName(address);
  return name === "localhost" || name.endsWith(".localhost") || name === "[::1]" || /^127(\.\d{1,3}){3}$/.test(name);
}

/** Whether `address` is on this machine or its host is named in `allowed`, with or without its port. */
export function isAllowed(address: string, allowed: readonly string[]): boolean {
  if (isLoopback(address)) return true;
  return allowed.some((entry) => hostName(entry) === hostName(address) && samePort(entry, address));
}

function samePort(entry: string, address: string): boolean {
  const named = /:(\d+)$/.exec(authority(withoutScheme(entry)))?.[1];
  if (named === undefined) return true;
  const url = new URL(withScheme(address));
  return named === (url.port || (url.protocol === "https:" ? "443" : "80"));
}

function parse(text: string, given: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^https?:$/.test(url.protocol) && !url.username && !url.password) return url;
  throw new TuttiError("config.invalid", `${JSON.stringify(given)} is not an address of an Ollama server`, {
    hint: 'Write it as "127.0.0.1:11434" or "http://127.0.0.1:11434", without a user name.',
  });
}

function withHost(text: string): string {
  if (text === "" || text.startsWith(":")) return text.startsWith("::") ? `[${text}]` : `127.0.0.1${text}`;
  return text;
}

function hostName(address: string): string {
  const text = withScheme(address);
  return URL.canParse(text) ? new URL(text).hostname.toLowerCase() : address.toLowerCase();
}

function withScheme(address: string): string {
  return address.includes("://") ? address : `http://${address}`;
}

function withoutScheme(address: string): string {
  return address.replace(/^[a-z][a-z0-9+.-]*:\/\//i, "");
}

function authority(text: string): string {
  return text.startsWith("::") ? "" : (text.split("/")[0] ?? "");
}
