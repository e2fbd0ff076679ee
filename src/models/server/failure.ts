import { TuttiError } from "../../core/error.ts";

/**
 * What a failed call says about its server: `busy` (503, 429: come back later), `lost` (nobody took the connection, or it
 * broke), and `other`, which is about the call: another try would fail the same way, or has cost too much already.
 */
export type ServerFailure = "busy" | "lost" | "other";

export function serverFailureOf(error: unknown): ServerFailure {
  if (!(error instanceof TuttiError) || error.code !== "model.unreachable") return "other";
  const { data } = error;
  if (typeof data !== "object" || data === null) return "other";
  if ("status" in data) return data.status === 503 || data.status === 429 ? "busy" : "other";
  // A deadline has passed already, and a host that is not allowed (no cause) will not be allowed a moment later.
  return "url" in data && error.cause !== undefined ? "lost" : "other";
}
