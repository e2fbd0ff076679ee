import { isAllowed } from "./address.ts";

/** Where a name without a host is fetched from. */
export const standardRegistry = "registry.ollama.ai";

/**
 * The host that a server would fetch a model from. As the server reads names: before the last two parts stands the host, and
 * before that a scheme.
 */
export function registryOf(model: string): string {
  const parts = model
    .replace(/^[^/]*:\/\//, "")
    .replaceAll("\\", "/")
    .split("/");
  return parts.length < 3 ? standardRegistry : parts.slice(0, -2).join("/");
}

/** Whether a server may be told to fetch from there. What is not plainly a host is not, whatever a parser makes of it. */
export function isAllowedRegistry(host: string, allowed: readonly string[]): boolean {
  if (!/^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d+)?$/i.test(host)) return false;
  return isAllowed(host, [standardRegistry, ...allowed]);
}
