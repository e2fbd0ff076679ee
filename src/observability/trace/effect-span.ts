import type { Clock } from "../../core/clock.ts";
import { attemptKey } from "../../core/step-key.ts";
import { traceOf, type TraceContext } from "../../core/trace.ts";
import type { EffectContext, EffectInterceptor, EffectOutcome, EffectSpec } from "../../core/verb.ts";
import type { SpanEvent } from "../record.ts";
import type { Content } from "./content.ts";
import { answerEvents } from "./answer-event.ts";
import type { Live } from "./live.ts";
import type { RunTree } from "./run-tree.ts";

export interface EffectSpanPorts {
  readonly clock: Clock;
  readonly content: Content | null;
  readonly live: () => Live | Promise<Live>;
  readonly tree: (run: string) => RunTree | undefined;
}

/** What a step does lies in the step's span, whose id is known before the span is. */
export function createEffectSpan({ clock, content, live, tree }: EffectSpanPorts): EffectInterceptor {
  return {
    name: "trace",
    async around(context, spec, next) {
      const { run, key, name, kind, attempt } = context;
      tree(run)?.begin({ key, name, kind, attempt, at: clock.now() });
      const loaded = live();
      const outcome = await (loaded instanceof Promise ? await loaded : loaded).within(placeOf(context), next);
      const known = tree(run);
      if (outcome.pausesRun) known?.putOff(key);
      else known?.notes(key, { attributes: contentOf(content, spec, outcome), events: eventsOf(outcome, clock) });
      return outcome;
    },
  };
}

/** Of a second try and those behind it, the try's own; of the first the step's, as nobody knows of another. */
function placeOf({ run, key, attempt, trace = null }: EffectContext): TraceContext {
  return traceOf({ run, trace }, attempt === 1 ? key : attemptKey(key, attempt));
}

function contentOf(content: Content | null, { kind, input }: EffectSpec, { result }: EffectOutcome) {
  if (content === null || kind !== "tool") return undefined;
  const given = typeof input === "object" && input !== null && "arguments" in input ? input.arguments : undefined;
  return content.tool(given, result);
}

function eventsOf({ result }: EffectOutcome, clock: Clock): readonly SpanEvent[] {
  return answerEvents(result, clock.now() * 1_000);
}
