import assert from "node:assert/strict";
import { silentLog } from "../../src/core/log.ts";
import { silentMeters, type Meters } from "../../src/core/metric.ts";
import { systemClock, type Clock } from "../../src/core/clock.ts";
import type { SpanRecord } from "../../src/observability/record.ts";
import { tracesSection } from "../../src/observability/settings.ts";
import type { TelemetrySink } from "../../src/observability/store/telemetry-store.ts";
import { createTracing, type Tracing } from "../../src/observability/trace/tracing.ts";

export interface Collected {
  readonly sink: TelemetrySink;
  /** Each span once, as the store keeps them: what is told again is what was told first. */
  readonly spans: () => SpanRecord[];
  /** All that was told, also again. */
  readonly told: SpanRecord[];
}

export function collectSpans(): Collected {
  const told: SpanRecord[] = [];
  return {
    told,
    sink: { spans: (records) => void told.push(...records), logs: () => undefined, points: () => undefined },
    spans: () => {
      const kept = new Map<string, SpanRecord>();
      for (const span of told) {
        const id = `${span.traceId}/${span.spanId}`;
        if (!kept.has(id)) kept.set(id, span);
      }
      return [...kept.values()];
    },
  };
}

export interface TracingGiven {
  readonly sink: TelemetrySink;
  readonly content?: "off" | "redacted" | "on";
  readonly enabled?: boolean;
  readonly meters?: Meters;
  readonly clock?: Clock;
  readonly environment?: Readonly<Record<string, string>>;
}

export function testTracing({
  sink,
  content = "off",
  enabled = true,
  meters,
  clock,
  environment = {},
}: TracingGiven): Tracing {
  return createTracing({
    settings: { ...tracesSection.schema.parse({}), content, enabled },
    store: { sink },
    meters: meters ?? silentMeters,
    clock: clock ?? systemClock,
    log: silentLog,
    version: "1.2.3",
    environment,
  });
}

/**
 * The spans as a tree in lines: what lies in a span is indented below it, by its start. Every parent
 * must be there, but for those that `outside` names.
 */
export function drawn(
  spans: readonly SpanRecord[],
  { outside = [] }: { readonly outside?: readonly string[] } = {},
): string[] {
  const ids = new Set(spans.map(({ spanId }) => spanId));
  assert.equal(ids.size, spans.length, "two spans have one id");
  const isTop = ({ parentId }: SpanRecord): boolean => parentId === null || outside.includes(parentId);
  for (const { parentId, name } of spans.filter((span) => !isTop(span))) {
    assert.ok(parentId !== null && ids.has(parentId), `what ${name} lies in was not told`);
  }
  const below = Map.groupBy(spans, (span) => (isTop(span) ? "" : (span.parentId ?? "")));
  const lines: string[] = [];
  const draw = (parent: string, depth: number): void => {
    const inOrder = (below.get(parent) ?? []).toSorted((left, right) => left.start - right.start);
    for (const span of inOrder) {
      lines.push(`${"  ".repeat(depth)}${span.name}${span.status === "error" ? " !" : ""}`);
      draw(span.spanId, depth + 1);
    }
  };
  draw("", 0);
  assert.equal(lines.length, spans.length, "spans lie in a circle");
  return lines;
}

export function spanNamed(spans: readonly SpanRecord[], name: string): SpanRecord {
  const found = spans.filter((span) => span.name === name);
  const [only] = found;
  assert.ok(
    only && found.length === 1,
    `there are ${found.length} spans ${name} among ${spans.map((span) => span.name).join(", ")}`,
  );
  return only;
}
