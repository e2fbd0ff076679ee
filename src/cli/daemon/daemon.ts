import { TuttiError } from "../../core/error.ts";
import type { HostFacts } from "../../hosting.ts";
import type { Connection } from "../../sdk/connection.ts";
import type { Invocation } from "../invocation.ts";

export interface Daemon {
  readonly connection: Connection;
  readonly facts: HostFacts;
}

/** The `tutti up` of this folder, for who ends the connection; null where none runs, whoever else may host the folder. */
export async function joinDaemon(invocation: Invocation): Promise<Daemon | null> {
  const { daemon } = await findHost(invocation);
  return daemon;
}

/** The same, and the process that hosts the folder for a command of its own. */
export async function findHost(
  invocation: Invocation,
): Promise<{ readonly daemon: Daemon | null; readonly otherPid: number | null }> {
  const connection = await invocation.open({ takeRuns: false, write: false, asClientOnly: true });
  if (!connection) return { daemon: null, otherPid: null };
  const facts = await daemonOf(connection);
  if (facts?.url) return { daemon: { connection, facts }, otherPid: null };
  await connection[Symbol.asyncDispose]();
  return { daemon: null, otherPid: facts?.pid ?? null };
}

/** What the host says of itself; null where it has just ended, or cannot say. */
export async function daemonOf({ client }: Connection): Promise<HostFacts | null> {
  try {
    return (await client.call("host.show", {})) as HostFacts;
  } catch (error) {
    // A host of an older version does not know the question.
    if (error instanceof TuttiError && ["host.unreachable", "usage.invalid"].includes(error.code)) return null;
    throw error;
  }
}
