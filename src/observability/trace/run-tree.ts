import type { EpochMs } from "../../core/clock.ts";
import type { ObservedEnd, ObservedRun, ObservedStep } from "../../core/observer.ts";
import { attemptKey, attemptNumber, parentKey } from "../../core/step-key.ts";
import { spanIdOf, traceOf, type TraceContext } from "../../core/trace.ts";
import type { EffectContext } from "../../core/verb.ts";
import type { Origin, SpanRecord } from "../record.ts";
import { runSpan, scopeSpan, stepSpan, triedAgainId, type StepNote } from "./row-span.ts";

/** A step that this process began and whose row has not come yet. */
interface BegunStep extends Pick<EffectContext, "key" | "name" | "kind" | "attempt"> {
  readonly at: EpochMs;
  readonly spanId: string;
}

/** A place that others lie in, from the first of them until its own row, or the end of what is around it. */
interface Place {
  readonly key: string;
  readonly spanId: string;
  from: EpochMs;
  to: EpochMs;
  /** Of one of those that lie in it. */
  inside: string;
  /** Those in it that others lie in, and that have no row yet. */
  readonly places: Set<Place>;
  /** The first failed try, until it shows whether there is another. */
  firstTry: ObservedStep | null;
  /** Rows of tries so far, and when the last of them ended. */
  tries: number;
  triedUntil: EpochMs;
  isTriedAgain: boolean;
}

// Behind this many a map's items lie in the map itself: a span for each would be more than anybody reads.
const mostItems = 10_000;

/**
 * What is known of a run while it goes on: enough to tell each row as a span the moment it is stored, and scopes that have
 * no row of their own (a map, its items, a turn of an agent) when what is around them ends. It is made anew from stored
 * rows when a worker takes the run up.
 *
 * A step is told under the id that its key gives. One that turns out to be tried again is told under another id, around
 * spans of its tries, of which the first has the key's: what happened in it began under that id, before anybody knew.
 */
export class RunTree {
  readonly run: ObservedRun;
  readonly #origin: Origin;
  readonly #root: TraceContext;
  readonly #places = new Map<string, Place>();
  readonly #begun = new Map<string, BegunStep>();
  readonly #notes = new Map<string, StepNote>();
  #queuedMs: number | null = null;

  constructor(origin: Origin, run: ObservedRun) {
    this.run = run;
    this.#origin = origin;
    this.#root = traceOf({ run: run.id, trace: run.trace }, "");
  }

  queued(ms: number): void {
    this.#queuedMs = ms;
  }

  /** A step begins; what it does lies in the place that this gives. */
  begin({ key, name, kind, attempt }: EffectContext, at: EpochMs): TraceContext {
    const spanId = spanIdOf(this.run.id, tryKey(key, attempt));
    this.#begun.set(key, { key, name, kind, attempt, at, spanId });
    return { ...this.#root, spanId };
  }

  /** The step is to begin anew another time, and nothing of this one is stored. */
  putOff(key: string): void {
    this.#begun.delete(key);
  }

  /** For the span of a step whose row is to come. */
  notes(key: string, note: StepNote): void {
    if (note.attributes || note.events.length > 0) this.#notes.set(key, note);
  }

  stored(step: ObservedStep): SpanRecord[] {
    const spans: SpanRecord[] = [];
    const around = this.#around(step);
    if (step.kind === "attempt") this.#tried(step, around, spans);
    else this.#ended(step, around, spans);
    return spans;
  }

  ended(end: ObservedEnd): SpanRecord[] {
    const spans = Array.from(this.#begun.values(), (step) => this.stored(cutOff(step, end.finishedAt))).flat();
    const tops = [...this.#places.values()].filter(({ key }) => this.#above(key) === null);
    for (const place of tops) this.#closeScope(place, this.#root.spanId, spans);
    spans.push(runSpan(this.#origin, this.run, end, { place: this.#root, queuedMs: this.#queuedMs }));
    return spans;
  }

  #tried(step: ObservedStep, around: Place | null, spans: SpanRecord[]): void {
    if (around === null) return;
    const begun = this.#begun.get(around.key);
    if (begun?.attempt === attemptNumber(step.key)) this.#begun.delete(around.key);
    around.tries++;
    around.triedUntil = step.finishedAt;
    if (around.tries === 1) around.firstTry = step;
    else {
      this.#triedAgain(around, spans);
      spans.push(this.#tryOf(around, step));
    }
  }

  #ended(step: ObservedStep, around: Place | null, spans: SpanRecord[]): void {
    if (around) this.#triedAgain(around, spans);
    const begun = this.#begun.get(step.key);
    if (begun) this.#begun.delete(step.key);
    else this.#cutOffIn(step, spans);
    const inside = this.#places.get(step.key);
    if (inside && step.attempts > 1) this.#triedAgain(inside, spans);
    const isTriedAgain = inside?.isTriedAgain ?? false;
    if (inside && isTriedAgain && step.attempts > inside.tries) {
      spans.push(this.#tryOf(inside, lastTry(step, begun?.at ?? inside.triedUntil)));
    }
    if (inside) {
      for (const place of inside.places) this.#closeScope(place, this.#idIn(inside), spans);
      this.#forget(inside);
    }
    const known = inside?.spanId ?? (step.attempts <= 1 ? begun?.spanId : undefined);
    const spanId = isTriedAgain ? triedAgainId(this.run.id, step.key) : (known ?? spanIdOf(this.run.id, step.key));
    const note = this.#notes.get(step.key);
    if (note) this.#notes.delete(step.key);
    const place = {
      traceId: this.#root.traceId,
      spanId,
      parentId: around === null ? this.#root.spanId : this.#idIn(around),
    };
    spans.push(stepSpan(this.#origin, this.run, step, { place, note }));
  }

  /** A scope has ended: nobody waits for what still runs in it. */
  #cutOffIn({ key, finishedAt }: ObservedStep, spans: SpanRecord[]): void {
    for (const step of Array.from(this.#begun.values())) {
      if (step.key.startsWith(`${key}/`)) spans.push(...this.stored(cutOff(step, finishedAt)));
    }
  }

  /** Something has come behind the first try: it was one of several. */
  #triedAgain(place: Place, spans: SpanRecord[]): void {
    const { firstTry } = place;
    if (firstTry === null) return;
    place.isTriedAgain = true;
    place.firstTry = null;
    spans.push(this.#tryOf(place, firstTry));
  }

  #tryOf(place: Place, step: ObservedStep): SpanRecord {
    const number = attemptNumber(step.key);
    const spanId = number === 1 ? place.spanId : spanIdOf(this.run.id, step.key);
    const parentId = triedAgainId(this.run.id, place.key);
    return stepSpan(
      this.#origin,
      this.run,
      { ...step, attempts: number },
      { place: { traceId: this.#root.traceId, spanId, parentId } },
    );
  }

  /** The id that those in a place have as their parent's. */
  #idIn(place: Place): string {
    return place.isTriedAgain ? triedAgainId(this.run.id, place.key) : place.spanId;
  }

  #closeScope(place: Place, parentId: string, spans: SpanRecord[]): void {
    for (const inner of place.places) this.#closeScope(inner, place.spanId, spans);
    const own = { traceId: this.#root.traceId, spanId: place.spanId, parentId };
    spans.push(scopeSpan(this.#origin, this.run, place, own));
    this.#places.delete(place.key);
  }

  #forget(place: Place): void {
    this.#places.delete(place.key);
    const above = this.#above(place.key);
    if (above !== null) this.#places.get(above)?.places.delete(place);
  }

  /** The place that a step lies in, which from now on knows of it; null for the run itself. */
  #around({ key, startedAt, finishedAt }: ObservedStep): Place | null {
    const from = startedAt ?? finishedAt;
    let innermost: Place | null = null;
    let inside = key;
    let inner: Place | null = null;
    for (let at = this.#above(key); at !== null; at = this.#above(at)) {
      const place: Place = this.#places.get(at) ?? this.#newPlace(at, { from, inside });
      place.from = Math.min(place.from, from);
      place.to = Math.max(place.to, finishedAt);
      if (inner) place.places.add(inner);
      innermost ??= place;
      inner = place;
      inside = at;
    }
    return innermost;
  }

  #newPlace(key: string, { from, inside }: Pick<Place, "from" | "inside">): Place {
    const place: Place = {
      key,
      spanId: spanIdOf(this.run.id, key),
      from,
      to: from,
      inside,
      places: new Set(),
      firstTry: null,
      tries: 0,
      triedUntil: from,
      isTriedAgain: false,
    };
    this.#places.set(key, place);
    return place;
  }

  #above(key: string): string | null {
    const above = parentKey(key);
    if (above === null || !above.endsWith("]")) return above;
    return Number(above.slice(above.lastIndexOf("[") + 1, -1)) < mostItems ? above : parentKey(above);
  }
}

/** Under which key a try of a step is told: the first is the step itself, as nobody knows of another when it begins. */
export function tryKey(key: string, attempt: number): string {
  return attempt === 1 ? key : attemptKey(key, attempt);
}

/** The try that ended a step has no row but the step's. */
function lastTry(step: ObservedStep, startedAt: EpochMs): ObservedStep {
  return { ...step, key: attemptKey(step.key, step.attempts), kind: "attempt", target: null, usage: null, startedAt };
}

/** Nobody waited for how it ended: the loser of a race, or what still ran when its run had ended. */
function cutOff({ key, name, kind, attempt, at }: BegunStep, finishedAt: EpochMs): ObservedStep {
  return {
    key,
    name,
    kind,
    target: null,
    status: "cancelled",
    attempts: attempt,
    startedAt: at,
    finishedAt,
    usage: null,
    failure: null,
  };
}
