import type { Clock } from "../../core/clock.ts";
import { traceOf, type TraceContext } from "../../core/trace.ts";
import type { EffectContext, EffectInterceptor, EffectOutcome, EffectSpec } from "../../core/verb.ts";
import type { RecordAttributes } from "../record.ts";
import type { Content } from "./content.ts";
import { answerEvents } from "./answer-event.ts";
import type { LazyLive } from "./lazy-live.ts";
import { tryKey, type RunTree } from "./run-tree.ts";

export interface EffectSpanPorts {
  readonly clock: Clock;
  readonly content: Content | null;
  readonly live: Pick<LazyLive, "load">;
  readonly tree: (run: string) => RunTree | undefined;
}

/** What a step does lies in the step's span, whose id is known before the span is. */
export function createEffectSpan({ clock, content, live, tree }: EffectSpanPorts): EffectInterceptor {
  return {
    name: "trace",
    async around(context, spec, next) {
      const { run, key, kind } = context;
      const place = tree(run)?.begin(context, clock.now()) ?? placeOf(context);
      const loaded = live.load();
      const outcome = await (loaded instanceof Promise ? await loaded : loaded).within(place, next);
      if (outcome.pausesRun) tree(run)?.putOff(key);
      else if (kind === "tool" && content)
        tree(run)?.notes(key, { attributes: toolContent(content, spec, outcome), events: [] });
      else if (kind === "model") tree(run)?.notes(key, { events: answerEvents(outcome.result, clock.now() * 1_000) });
      return outcome;
    },
  };
}

/** Of a run that nobody has told of: what it does still lies where it belongs. */
function placeOf({ run, key, attempt, trace = null }: EffectContext): TraceContext {
  return traceOf({ run, trace }, tryKey(key, attempt));
}

function toolContent(content: Content, { input }: EffectSpec, { result }: EffectOutcome): RecordAttributes {
  const given = typeof input === "object" && input !== null && "arguments" in input ? input.arguments : undefined;
  return content.tool(given, result);
}
