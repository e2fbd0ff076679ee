import type { ClientConfig } from "pg";
import { TuttiError } from "../core/error.ts";

// Without these a server takes two hours to notice that a machine has lost its power, and holds its locks so long.
const noticeLostPeers = [
  "tcp_keepalives_idle=5",
  "tcp_keepalives_interval=2",
  "tcp_keepalives_count=3",
  "tcp_user_timeout=10000",
];

/** How every connection to Postgres is made. */
export function connectionConfig(url: string, options = ""): ClientConfig {
  return {
    connectionString: url,
    keepAlive: true,
    keepAliveInitialDelayMillis: 5_000,
    // A batch is sent whole: on a network the way there and back is most of a transaction's time.
    pipeline: true,
    options: [options, ...noticeLostPeers.map((setting) => `-c ${setting}`)].join(" ").trim(),
  };
}

const refusals: Readonly<Record<string, string>> = {
  "3D000": "Make the database with `createdb`, or correct its name in TUTTI_DATABASE.",
  "28000": "Check the user and the password in TUTTI_DATABASE, and the server's pg_hba.conf.",
  "28P01": "Check the user and the password in TUTTI_DATABASE.",
  "42501": "Give the user of TUTTI_DATABASE the right to make schemas in this database.",
};

/** `storage.unavailable` for what the server or the way to it is to blame for, `usage.invalid` for a text that it cannot take; anything else as it is. */
export function toStorageError(error: unknown): unknown {
  if (error instanceof TuttiError || !(error instanceof Error)) return error;
  const code = "code" in error ? String(error.code) : "";
  const refusal = refusals[code];
  if (refusal !== undefined) {
    return new TuttiError("storage.unavailable", `Postgres refuses: ${error.message}`, { cause: error, hint: refusal });
  }
  if (code === "22021") {
    return new TuttiError(
      "usage.invalid",
      "a name or another text holds a NUL character, which Postgres does not store",
      {
        cause: error,
      },
    );
  }
  // Connection failures of Node, and the classes 08 (connection), 57P (shutdown) and 53 (resources) of Postgres.
  if (
    /^E[A-Z]+$/.test(code) ||
    /^(08|57P|53)/.test(code) ||
    error.message.includes("Connection terminated") ||
    error.message.includes("timeout")
  ) {
    return new TuttiError("storage.unavailable", `Postgres cannot be reached: ${error.message || code}`, {
      cause: error,
      hint: "Check that the server runs and that TUTTI_DATABASE names it. Runs go on once it is back.",
    });
  }
  return error;
}
