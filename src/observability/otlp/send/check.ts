import type { Check, CheckResult } from "../../../core/capability.ts";
import type { Clock } from "../../../core/clock.ts";
import { TuttiError } from "../../../core/error.ts";
import type { ObservabilitySettings } from "../../settings.ts";
import type { ProtobufCodec } from "../wire/protobuf.ts";
import { createCollector } from "./collector.ts";
import { fillHeaders } from "./header.ts";

export interface CollectorCheckOptions {
  readonly settings: ObservabilitySettings["otlp"];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly protobuf: () => Promise<ProtobufCodec>;
}

/** Proves by an empty request that the collector takes what it is sent. */
export function collectorCheck(options: CollectorCheckOptions): Check {
  return { group: "Network", name: "collector", run: (signal) => examine(options, signal) };
}

async function examine(
  { settings, environment, clock, protobuf }: CollectorCheckOptions,
  signal: AbortSignal,
): Promise<CheckResult> {
  const { endpoint } = settings;
  if (endpoint === undefined) return { status: "off", message: "none is set, so no telemetry leaves this machine" };
  const fix =
    "Correct otlp.endpoint and otlp.headers in tutti.yaml, or start the collector. Until then what is told waits here.";
  try {
    const headers = fillHeaders(settings.headers, environment);
    const collector = createCollector({ endpoint, headers, protobuf, now: () => clock.now() });
    const delivery = await collector.send("traces", {}, signal);
    if (delivery.kind === "taken") return { status: "ok", message: `${endpoint} takes what is sent` };
    return { status: "warn", message: `${endpoint} does not take what is sent: ${delivery.reason}`, fix };
  } catch (error) {
    if (error instanceof TuttiError) return { status: "warn", message: error.message, fix: error.hint ?? fix };
    return { status: "warn", message: `${endpoint} was not asked: the examination was ended`, fix };
  }
}
