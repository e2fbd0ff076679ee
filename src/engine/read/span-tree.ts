import { attemptNumber, kindOfScope, nameInKey, parentKey } from "../../core/step-key.ts";
import { addCosts, addTokens, callPhases, costOf, tokensOf } from "./call-phase.ts";
import type { CallTime } from "./port.ts";
import { isOpen, waitStepKinds, type Phase, type RawSpan, type Span, type SpanTokens } from "./span.ts";

export interface TreeFacts {
  /** In the order of what is known best; a key that comes again is left out. */
  readonly spans: readonly RawSpan[];
  readonly calls: readonly CallTime[];
  /** By the key of the step that waits for it. */
  readonly children: ReadonlyMap<string, string>;
  readonly reviews: ReadonlyMap<string, string>;
}

/** One place of the tree while it is put together. */
interface Node {
  readonly raw: RawSpan;
  readonly isDerived: boolean;
  readonly inner: Node[];
  began?: number;
}

/** The waterfall: what lies in a span follows it, in the order in which it began. */
export function spanTree(facts: TreeFacts): Span[] {
  const top = grow(facts);
  const calls = Map.groupBy(facts.calls, ({ step }) => step ?? "");
  const spans: Span[] = [];
  for (const node of top) place(node, { facts, calls, depth: 0, attemptOf: null }, spans);
  return spans;
}

function grow({ spans, calls }: TreeFacts): Node[] {
  const nodes = new Map<string, Node>();
  const top: Node[] = [];
  for (const raw of spans) if (!nodes.has(raw.key)) nodes.set(raw.key, { raw, isDerived: false, inner: [] });
  for (const raw of lastAttempts(nodes, calls)) nodes.set(raw.key, { raw, isDerived: true, inner: [] });
  const add = (node: Node): void => {
    const above = parentKey(node.raw.key);
    if (above === null) {
      top.push(node);
      return;
    }
    const known = nodes.get(above);
    if (known) {
      known.inner.push(node);
      return;
    }
    const made: Node = { raw: scopeAround(node.raw, above), isDerived: true, inner: [node] };
    nodes.set(above, made);
    add(made);
  };
  for (const node of Array.from(nodes.values())) add(node);
  return top;
}

/** A scope that has no row: nothing of it is known but what lies in it. */
function scopeAround(inside: RawSpan, key: string): RawSpan {
  const name = nameInKey(key);
  const kind = kindOfScope(key, inside.key);
  return { ...inside, ...nothing, key, name, kind, attempts: 1 };
}

const nothing = {
  startedAt: null,
  finishedAt: null,
  error: null,
  skipped: null,
  usage: null,
  inputBytes: null,
  outputBytes: null,
} as const;

/**
 * The attempt that ended a step has no row but the step's. Where attempts before it have theirs it gets a line of its own,
 * which begins with its first model call; where it made none, nobody knows when it began.
 */
function lastAttempts(nodes: ReadonlyMap<string, Node>, calls: readonly CallTime[]): RawSpan[] {
  const tried = new Map<string, number>();
  for (const { raw } of nodes.values()) {
    const step = raw.kind === "attempt" ? parentKey(raw.key) : null;
    if (step !== null) tried.set(step, (tried.get(step) ?? 0) + 1);
  }
  return [...tried].flatMap(([key, count]) => {
    const step = nodes.get(key)?.raw;
    if (!step || isOpen(step.status) || step.attempts <= count) return [];
    const firstCallAt = calls.find((call) => call.step === key && call.attempt === step.attempts)?.beganAt ?? null;
    const own = { key: `${key}/attempt#${step.attempts}`, kind: "attempt", name: "attempt", startedAt: firstCallAt };
    return [{ ...step, ...own, usage: null, inputBytes: null, outputBytes: null }];
  });
}

interface Around {
  readonly facts: TreeFacts;
  readonly calls: ReadonlyMap<string, readonly CallTime[]>;
  readonly depth: number;
  /** The step whose attempts these are. */
  readonly attemptOf: RawSpan | null;
}

/** Puts a node and what lies in it behind what is there, and gives its span. */
function place(node: Node, around: Around, spans: Span[]): Span {
  const { raw } = node;
  const at = spans.length;
  // Kept for itself: what lies in it is needed to know it.
  spans.push(emptySpan);
  const below = { ...around, depth: around.depth + 1, attemptOf: raw };
  const inner = node.inner.length === 0 ? [] : node.inner.toSorted(inOrder).map((one) => place(one, below, spans));
  const span = toSpan(node, inner, around);
  spans[at] = span;
  return span;
}

const emptySpan = {} as Span;

function toSpan({ raw, isDerived }: Node, inner: readonly Span[], around: Around): Span {
  const { facts, attemptOf, depth } = around;
  const isAttempt = raw.kind === "attempt";
  const own = ownCalls(raw, around);
  const attempts = isAttempt ? Math.max(attemptOf?.attempts ?? 1, attemptNumber(raw.key)) : Math.max(1, raw.attempts);
  const isScope = isDerived && !isAttempt;
  return {
    key: raw.key,
    parent: parentKey(raw.key),
    depth,
    name: raw.name,
    kind: raw.kind,
    status: isScope ? innerStatus(inner) : raw.status,
    attempt: isAttempt ? attemptNumber(raw.key) : attempts,
    attempts,
    startedAt: isScope ? firstStart(inner) : raw.startedAt,
    finishedAt: isScope ? lastEnd(inner) : raw.finishedAt,
    isDerived,
    model: modelOf(raw, own),
    phases: phasesOf(raw, inner, { own, attemptOf, isScope }),
    tokens: tokensOf(own) ?? usageTokens(raw) ?? addTokens(inner.map(({ tokens }) => tokens)),
    cost: costOf(own) ?? addCosts(inner.map(({ cost }) => cost)),
    error: raw.error,
    skipped: raw.skipped,
    importance: importanceOf(raw),
    inputBytes: raw.inputBytes,
    outputBytes: raw.outputBytes,
    review: raw.kind === "review" ? (facts.reviews.get(raw.key) ?? null) : null,
    child: raw.kind === "flow" ? (facts.children.get(raw.key) ?? null) : null,
  };
}

/** The ledger knows the calls of all attempts by the step's key. */
function ownCalls(raw: RawSpan, { calls, attemptOf }: Around): readonly CallTime[] {
  if (calls.size === 0) return none;
  if (raw.kind !== "attempt" || attemptOf === null) return calls.get(raw.key) ?? [];
  return (calls.get(attemptOf.key) ?? []).filter(({ attempt }) => attempt === attemptNumber(raw.key));
}

const none: readonly CallTime[] = [];

function modelOf({ usage }: RawSpan, own: readonly CallTime[]): string | null {
  return usage?.models?.at(-1) ?? own.at(-1)?.model ?? null;
}

function usageTokens({ usage }: RawSpan): SpanTokens | null {
  if (usage?.inputTokens === undefined || usage.outputTokens === undefined) return null;
  return { input: usage.inputTokens, cached: null, output: usage.outputTokens, reasoning: null };
}

interface Inside {
  readonly own: readonly CallTime[];
  readonly attemptOf: RawSpan | null;
  readonly isScope: boolean;
}

function phasesOf(raw: RawSpan, inner: readonly Span[], { own, attemptOf, isScope }: Inside): Phase[] {
  if (isScope || raw.startedAt === null) return own.flatMap(callPhases);
  const whole = { from: raw.startedAt, to: raw.finishedAt };
  if (waitStepKinds.includes(raw.kind)) return [{ kind: isBackoff(raw, attemptOf) ? "backoff" : "wait", ...whole }];
  // What a plan did around its attempts: tried, paused, asked somebody.
  if (inner.some(({ kind }) => kind === "attempt")) return inner.flatMap(({ phases }) => phases).toSorted(byTime);
  if (own.length > 0) return [...own.flatMap(callPhases), ...waitsIn(inner)].toSorted(byTime);
  if (inner.length === 0) return [{ kind: "work", ...whole }];
  return planned.includes(raw.kind) ? workAround(waitsIn(inner), whole) : [];
}

/** A step that its plan held up: it was at work where nothing was waited for. */
function workAround(waits: readonly Phase[], { from, to }: Pick<Phase, "from" | "to">): Phase[] {
  const phases: Phase[] = [];
  let at: number | null = from;
  for (const wait of waits.toSorted(byTime)) {
    if (at !== null && wait.from > at) phases.push({ kind: "work", from: at, to: wait.from });
    phases.push(wait);
    at = wait.to;
  }
  if (at !== null && (to === null || to > at)) phases.push({ kind: "work", from: at, to });
  return phases;
}

/** A pause that a plan makes between two attempts of its step. */
function isBackoff({ kind }: RawSpan, above: RawSpan | null): boolean {
  return kind === "sleep" && above !== null && planned.includes(above.kind);
}

function waitsIn(inner: readonly Span[]): Phase[] {
  return inner.filter(({ kind }) => waitStepKinds.includes(kind)).flatMap(({ phases }) => phases);
}

/** Kinds of steps that do something: what lies in one was done by a plan. */
const planned = ["run", "model", "tool", "shell", "emit"];
const ownBusiness = ["read agent", "start the clock"];

/** What the engine does for itself is drawn quietly; a failure never is. */
function importanceOf({ kind, name, status }: RawSpan): Span["importance"] {
  if (status === "failed") return "normal";
  if (kind === "version") return "hidden";
  return kind === "run" && ownBusiness.includes(name) ? "quiet" : "normal";
}

function innerStatus(inner: readonly Span[]): string {
  const order = ["running", "waiting", "failed", "cancelled"];
  return order.find((status) => inner.some((span) => span.status === status)) ?? "succeeded";
}

function firstStart(inner: readonly Span[]): number | null {
  const known = inner.flatMap(({ startedAt }) => startedAt ?? []);
  return known.length === 0 ? null : known.reduce((first, one) => Math.min(first, one));
}

function lastEnd(inner: readonly Span[]): number | null {
  if (inner.some(({ finishedAt }) => finishedAt === null)) return null;
  return inner.reduce((last, { finishedAt }) => Math.max(last, finishedAt ?? 0), 0);
}

/** By when it began, as far as that is known; then by when its row was stored. */
function inOrder(left: Node, right: Node): number {
  return began(left) - began(right) || left.raw.seq - right.raw.seq;
}

function began(node: Node): number {
  const { raw, inner } = node;
  // Asked for in every comparison.
  node.began ??= raw.startedAt ?? inner.reduce((first, one) => Math.min(first, began(one)), raw.finishedAt ?? Infinity);
  return node.began;
}

function byTime(left: Phase, right: Phase): number {
  return left.from - right.from;
}
