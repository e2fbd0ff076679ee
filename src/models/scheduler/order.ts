import type { EpochMs } from "../../core/clock.ts";

/** A call that waits for a place at its server. */
export interface Waiting {
  readonly model: string;
  /** The run's: higher goes first. */
  readonly priority: number;
  readonly since: EpochMs;
  /** Time that the server has given to calls that came later than this one. */
  readonly overtakenMs: number;
}

/** A model that the server has in memory, as far as is known. */
export interface Loaded {
  readonly model: string;
  readonly inFlight: number;
  /** When it came into memory: the begin of its turn. */
  readonly turnSince: EpochMs;
  readonly usedAt: EpochMs;
}

export interface QueueState<Call extends Waiting> {
  /** In the order of arrival. */
  readonly waiting: readonly Call[];
  readonly loaded: readonly Loaded[];
  /** When each model that is not loaded was last in memory. */
  readonly lastLoaded: ReadonlyMap<string, EpochMs>;
  /** Calls that one model works on at once. */
  readonly parallel: number;
  /** Models that fit into the server's memory together. */
  readonly maxLoaded: number;
  readonly now: EpochMs;
  /** How long a call may be overtaken. */
  readonly patienceMs: number;
  /** How long a loaded model that has work keeps its place, so that loading does not eat the time. */
  readonly turnMs: number;
}

export interface Move<Call extends Waiting> {
  readonly call: Call;
  /** The model that gives up its memory for the call's. */
  readonly evicts: string | undefined;
}

/**
 * Which call starts next; undefined while none may.
 *
 * Calls for a loaded model go first, and while it has some, no other model takes its memory: each change costs a load. A
 * call that was overtaken for `patienceMs` is due: its model comes next as soon as the loaded one has had a turn of
 * `turnMs`, the model that was away longest first, whatever the priorities. So, where one model fits, a call waits longer
 * than in order of arrival by at most patience + (models - 1) × (turn + the longest call + a load). Among calls that are not
 * due a higher priority goes first, also where that costs a load.
 */
export function nextMove<Call extends Waiting>(state: QueueState<Call>): Move<Call> | undefined {
  const lines = linesOf(state);
  const closing = new Set<string>();
  for (const claimant of claimants(state, lines)) {
    if (state.loaded.length < state.maxLoaded) return { call: claimant.head, evicts: undefined };
    const victim = findVictim(state, { claimant, lines, closing });
    if (victim?.inFlight === 0) return { call: claimant.head, evicts: victim.model };
    // It takes no more calls, so that it comes to its end and makes room.
    if (victim) closing.add(victim.model);
  }
  const open = state.loaded
    .filter(({ model, inFlight }) => inFlight < state.parallel && !closing.has(model))
    .flatMap(({ model }) => lines.get(model) ?? []);
  const [first] = open.toSorted(byUrgency);
  return first && { call: first.head, evicts: undefined };
}

/** The calls that wait for one model. */
interface Line<Call extends Waiting> {
  readonly model: string;
  /** The one that goes first: the oldest that is due, else the oldest of the highest priority. */
  readonly head: Call;
  readonly isDue: boolean;
  readonly count: number;
}

function linesOf<Call extends Waiting>({ waiting, patienceMs }: QueueState<Call>): Map<string, Line<Call>> {
  const lines = new Map<string, Line<Call>>();
  for (const call of waiting) {
    const isDue = call.overtakenMs >= patienceMs;
    const line = lines.get(call.model);
    if (!line) lines.set(call.model, { model: call.model, head: call, isDue, count: 1 });
    else lines.set(call.model, { ...line, ...firstOf(line, call, isDue), count: line.count + 1 });
  }
  return lines;
}

function firstOf<Call extends Waiting>(line: Line<Call>, call: Call, isDue: boolean): { head: Call; isDue: boolean } {
  const goesFirst = line.isDue === isDue ? !isDue && call.priority > line.head.priority : isDue;
  return goesFirst ? { head: call, isDue } : { head: line.head, isDue: line.isDue };
}

/** Lines of models that are not loaded, the most urgent first; among those that are due, the one that was away longest. */
function claimants<Call extends Waiting>(
  { loaded, lastLoaded }: QueueState<Call>,
  lines: ReadonlyMap<string, Line<Call>>,
): Line<Call>[] {
  const present = new Set(loaded.map(({ model }) => model));
  const away = ({ model }: Line<Call>): EpochMs => lastLoaded.get(model) ?? Number.NEGATIVE_INFINITY;
  return [...lines.values()]
    .filter(({ model }) => !present.has(model))
    .toSorted(
      (left, right) => (left.isDue && right.isDue && compare(away(left), away(right))) || byUrgency(left, right),
    );
}

function byUrgency(left: Line<Waiting>, right: Line<Waiting>): number {
  if (left.isDue !== right.isDue) return left.isDue ? -1 : 1;
  const byPriority = left.isDue ? 0 : right.head.priority - left.head.priority;
  return byPriority || compare(left.head.since, right.head.since);
}

function compare(left: number, right: number): number {
  return left === right ? 0 : left < right ? -1 : 1;
}

interface Search<Call extends Waiting> {
  readonly claimant: Line<Call>;
  readonly lines: ReadonlyMap<string, Line<Call>>;
  readonly closing: ReadonlySet<string>;
}

/** The loaded model that makes room: at best one without any work, and the one not used for longest. */
function findVictim<Call extends Waiting>(state: QueueState<Call>, search: Search<Call>): Loaded | undefined {
  const { claimant, lines, closing } = search;
  const weight = ({ model, inFlight }: Loaded): number => (lines.has(model) ? 2 : 0) + (inFlight > 0 ? 1 : 0);
  return state.loaded
    .filter(
      (candidate) => !closing.has(candidate.model) && yields(state, candidate, claimant, lines.get(candidate.model)),
    )
    .toSorted((left, right) => weight(left) - weight(right) || compare(left.usedAt, right.usedAt))[0];
}

function yields<Call extends Waiting>(
  { now, turnMs }: QueueState<Call>,
  { turnSince }: Loaded,
  claimant: Line<Call>,
  own: Line<Call> | undefined,
): boolean {
  if (!own) return true;
  if (claimant.isDue) return now - turnSince >= turnMs;
  return !own.isDue && claimant.head.priority > own.head.priority;
}
