import type { Clock } from "../../core/clock.ts";
import type { Random } from "../../core/random.ts";
import type { PreviewPorts } from "./preview.ts";
import type { Notify } from "./notice.ts";
import type { WatchPorts } from "./watch.ts";

export interface AlertOperationPorts extends Omit<WatchPorts, "store"> {
  readonly store: WatchPorts["store"] & PreviewPorts["store"];
  readonly notify: Notify;
  readonly clock: Clock;
  readonly random: Random;
}

const readFaces = ["cli", "http", "sdk", "mcp"] as const;
// Not for agents: one that fails must not be able to see to it that nobody is told.
const peopleOnly = ["cli", "http", "sdk"] as const;

export const read = { method: "GET", role: "viewer", effect: "read", idempotent: true, faces: readFaces } as const;
export const write = {
  method: "POST",
  role: "operator",
  effect: "write",
  idempotent: true,
  faces: peopleOnly,
} as const;
