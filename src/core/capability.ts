import type { z } from "zod";
import type { Job } from "./job.ts";
import type { MetricSource } from "./metric.ts";
import type { AnyOperation } from "./operation.ts";
import type { Retained } from "./retained.ts";
import type { Route } from "./route.ts";
import type { AnyTool } from "./tool.ts";
import type { EffectInterceptor, PlanInterceptor, Verbs, WaitKind } from "./verb.ts";

/** A section of tutti.yaml. Every key of the schema carries a description and a default. */
export interface ConfigSection {
  readonly name: string;
  readonly schema: z.ZodObject;
}

/** A forward-only change of the tables, run once, in a transaction under a lock. Never edited after release. */
export interface Migration {
  /** `001-runs`: unique in its room, run in the order of the room's list. */
  readonly name: string;
  readonly sqlite: readonly string[];
  readonly postgres: readonly string[];
}

export type CheckResult =
  | { readonly status: "ok"; readonly message: string }
  | { readonly status: "warn" | "fail"; readonly message: string; readonly fix: string }
  | { readonly status: "off"; readonly message: string };

/** One thing that `tutti doctor` proves. Never throws: a failure is a result. */
export interface Check {
  readonly group: "Runtime" | "Storage" | "Models" | "Network" | "Security" | "Integrations";
  readonly name: string;
  run(signal: AbortSignal): Promise<CheckResult>;
}

/** What comes through a room's one door. Adding a capability is one folder and one line in app.ts. */
export interface Capability {
  readonly name: string;
  readonly config?: ConfigSection;
  readonly migrations: readonly Migration[];
  readonly operations: readonly AnyOperation[];
  readonly verbs?: Verbs;
  readonly waits?: readonly WaitKind[];
  readonly tools?: readonly AnyTool[];
  readonly plan?: readonly PlanInterceptor[];
  readonly effect?: readonly EffectInterceptor[];
  readonly jobs?: readonly Job[];
  readonly checks?: readonly Check[];
  /** Places for protocols that are not Tutti's own. */
  readonly routes?: readonly Route[];
  /** What it keeps for a while and may lose. */
  readonly retained?: readonly Retained[];
  /** Of these blobs, by their hashes, those that its rows name, all as of one moment. A room that stores `@hash` must tell: what nobody names is deleted. */
  readonly blobsHeld?: (hashes: readonly string[]) => Promise<readonly string[]>;
  readonly metrics?: MetricSource;
}
