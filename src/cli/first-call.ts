import { TuttiError } from "../core/error.ts";
import type { Connection } from "../sdk/connection.ts";
import { wasNeverSent } from "../sdk/lost.ts";

// Each try meets another host; this many in a row are no coincidence.
const mostHosts = 20;

/**
 * Opens a connection and makes the first call on it. A host may end between the two: what it never heard of is called
 * again, and so is what does no harm twice. Null where there is nothing to open; the caller ends the connection.
 */
export async function openAndCall<Result>(
  open: () => Promise<Connection | null>,
  call: (connection: Connection) => Promise<Result>,
  { idempotent = false }: { readonly idempotent?: boolean } = {},
): Promise<{ readonly connection: Connection; readonly result: Result } | null> {
  for (let hosts = 1; ; hosts++) {
    const connection = await open();
    if (!connection) return null;
    try {
      return { connection, result: await call(connection) };
    } catch (error) {
      await connection[Symbol.asyncDispose]();
      const isLost = wasNeverSent(error) || (idempotent && isLostHost(error));
      if (!isLost || connection.mode === "host" || hosts === mostHosts) throw error;
    }
  }
}

export function isLostHost(error: unknown): boolean {
  return error instanceof TuttiError && error.code === "host.unreachable";
}
