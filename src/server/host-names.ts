import { isIP } from "node:net";
import { networkInterfaces } from "node:os";

export interface HostNames {
  /** Whether a `Host` may be answered: by name and port, exactly. */
  has(host: string): boolean;
  /** Whether a page of this origin is a page of ours, for a request to this `Host`. */
  isOrigin(origin: string, host: string): boolean;
}

const wildcards = ["0.0.0.0", "::"];

export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
}

/**
 * The names that this server answers to. A page of a foreign name may resolve to this machine (DNS rebinding); its requests
 * carry that name in `Host` and `Origin`, which no page can change.
 */
export function createHostNames(host: string, port: number, allowed: readonly string[]): HostNames {
  const names = ["127.0.0.1", "localhost", "[::1]", ...addressesOf(host).map(bracketed)];
  const own = new Set(names.flatMap((name) => withPort(name, port)));
  // A proxy in front has a port of its own, which an entry may name; without one it is the usual one of its scheme.
  const named = new Set(
    allowed
      .map((name) => name.toLowerCase())
      .flatMap((name) =>
        /:\d+$/.test(name) && isIP(name) === 0 ? [name] : [bracketed(name), `${bracketed(name)}:${port}`],
      ),
  );
  return {
    has: (given) => own.has(given.toLowerCase()) || named.has(given.toLowerCase()),
    isOrigin(origin, given) {
      const [page, here] = [origin.toLowerCase(), given.toLowerCase()];
      return page === `http://${here}` || (named.has(here) && page === `https://${here}`);
    },
  };
}

function withPort(name: string, port: number): string[] {
  return port === 80 ? [name, `${name}:80`] : [`${name}:${port}`];
}

function bracketed(name: string): string {
  return isIP(name) === 6 ? `[${name}]` : name;
}

/** Bound to everything, a machine is called by each of its addresses; an address, unlike a name, cannot be rebound. */
function addressesOf(host: string): string[] {
  if (!wildcards.includes(host)) return [host.toLowerCase()];
  return Object.values(networkInterfaces())
    .flat()
    .map((entry) => entry?.address ?? "")
    .filter((address) => address !== "");
}

/** How this machine calls a server that listens there. */
export function urlHost(host: string): string {
  if (host === "0.0.0.0" || host === "::") return "127.0.0.1";
  return host.includes(":") ? `[${host}]` : host;
}
