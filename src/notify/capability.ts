import { z } from "zod";
import type { Capability, ConfigSection } from "../core/capability.ts";
import type { Clock } from "../core/clock.ts";
import type { Log } from "../core/log.ts";

export const notifySection = {
  name: "notify",
  schema: z.strictObject({}),
} as const satisfies ConfigSection;

export interface NotifyDependencies {
  readonly settings: z.output<typeof notifySection.schema>;
  readonly clock: Clock;
  readonly log: Log;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** What people are told, whoever tells it. */
export interface Notice {
  readonly title: string;
  readonly body: string;
  readonly severity: "info" | "warning" | "critical";
  /** A page of the web UI. */
  readonly path: string;
  /** For programs: what a webhook and a command are handed. */
  readonly data: Readonly<Record<string, unknown>>;
}

export interface Delivery {
  readonly channel: string;
  /** Null where it was told. */
  readonly error: string | null;
}

export interface Notifier extends Capability {
  /** Never throws: what went wrong is in the answer, which comes within a minute. */
  readonly send: (notice: Notice, channels: readonly string[]) => Promise<readonly Delivery[]>;
}

/** The door of the room: ways to tell people something. */
export function createNotify(_dependencies: NotifyDependencies): Notifier {
  return {
    name: "notify",
    config: notifySection,
    migrations: [],
    operations: [],
    send: async (_notice, channels) => channels.map((channel) => ({ channel, error: "there is no such channel" })),
  };
}
