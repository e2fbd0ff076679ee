import type { Clock } from "../core/clock.ts";
import { TuttiError } from "../core/error.ts";
import type { Statement } from "../core/statement.ts";
import type { Database, Row } from "../storage/database.ts";
import { windowOf, type Budget, type Payer } from "./budget.ts";
import type { BudgetStore, Snapshot } from "./budget-store.ts";
import { toWindowCount, type BudgetWindows, type WindowCount } from "./budget-window.ts";
import type { Hold } from "./ledger.ts";
import { createLines, type Place } from "./line.ts";

/** A budget that concerns a call, and what the call asks of it. */
export interface Claim {
  readonly budget: Budget;
  readonly hold: Hold;
}

export interface Held extends Claim {
  readonly count: WindowCount;
}

export interface Ask {
  readonly call: string;
  readonly payer: Payer;
  readonly hour: string;
  readonly signal: AbortSignal;
  /** What the call may take of a budget at the most; 0 where it takes nothing of it. May refuse. */
  amount(budget: Budget): number;
  /** The ledger's row, a guard. */
  row(holds: readonly Hold[]): Statement;
}

export type Answer =
  | { readonly isHeld: true; readonly held: readonly Held[] }
  | { readonly isHeld: false; readonly claim: Claim; readonly count: WindowCount };

export interface Reserver {
  /** Takes what the call may use from every budget that concerns it, or from none. */
  reserve(ask: Ask): Promise<Answer>;
  /** The present counts of a window, which is made where it is missing. */
  look(budget: Budget, key: Pick<Hold, "subject" | "period">): Promise<WindowCount>;
  /** Somebody has given back: whoever waits for room looks again. */
  freed(): void;
}

export interface ReserverPorts {
  readonly database: Pick<Database, "write">;
  readonly store: BudgetStore;
  readonly windows: BudgetWindows;
  readonly clock: Clock;
  /** What has been in the way for long may be a dead process's. */
  readonly stuck: () => Promise<void>;
}

// What another process gives back is seen after this.
const firstDelayMs = 10;
const longestDelayMs = 500;
// So many windows are remembered as made; a forgotten one costs a statement more.
const mostKnown = 10_000;

export function createReserver(ports: ReserverPorts): Reserver {
  const known = new Set<string>();
  const waiting = new Set<() => void>();
  const lines = createLines();
  const look: Reserver["look"] = async (budget, key) => {
    const result = await ports.database.write([ports.windows.open(budget, key, "")]);
    return toWindowCount(result.committed ? result.rows[0]?.[0] : undefined);
  };
  /** Null where only reservations are in the way: every one of them ends, and what is not used of it comes back. */
  async function attempt(ask: Ask): Promise<Answer | { readonly inTheWay: string } | null> {
    const snapshot = await ports.store.current();
    const tried = await tryOnce(ports, { ask, snapshot, claims: claimsOf(snapshot, ask), known });
    if (tried === "again") return null;
    if ("held" in tried) return { isHeld: true, held: tried.held };
    const { claim } = tried;
    const count = await look(claim.budget, claim.hold);
    return hasRoomOnce(claim, count) ? { inTheWay: windowId(claim.hold) } : { isHeld: false, claim, count };
  }
  return {
    look,
    freed() {
      for (const wake of waiting) wake();
    },
    async reserve(ask) {
      let place: Place | undefined;
      const wait = createWait(ports, ask.signal, waiting);
      try {
        for (;;) {
          const answer = await attempt(ask);
          if (answer === null) continue;
          if (!("inTheWay" in answer)) return answer;
          if (place?.name === answer.inTheWay) {
            await wait();
          } else {
            place?.leave();
            place = await lines.enter(answer.inTheWay, ask.signal);
          }
        }
      } finally {
        place?.leave();
      }
    },
  };
}

/** In one order for all, so that two calls never wait for each other. */
function claimsOf({ budgets }: Snapshot, ask: Ask): Claim[] {
  const claims = budgets.flatMap((budget) => {
    const key = windowOf(budget, ask.payer, ask.hour);
    const amount = key ? ask.amount(budget) : 0;
    return key && amount > 0 ? [{ budget, hold: { budget: budget.id, metric: budget.metric, amount, ...key } }] : [];
  });
  return claims.toSorted((left, right) => (left.hold.budget < right.hold.budget ? -1 : 1));
}

interface Attempt {
  readonly ask: Ask;
  readonly snapshot: Snapshot;
  readonly claims: readonly Claim[];
  readonly known: Set<string>;
}

type Tried = "again" | { readonly held: readonly Held[] } | { readonly claim: Claim };

async function tryOnce(ports: ReserverPorts, { ask, snapshot, claims, known }: Attempt): Promise<Tried> {
  const { windows } = ports;
  const fresh = claims.filter(({ hold }) => !known.has(windowId(hold)));
  const before: Statement[] = [
    windows.unchanged(snapshot.generation),
    ask.row(claims.map(({ hold }) => hold)),
    ...fresh.map(({ budget, hold }) => windows.open(budget, hold, ask.call)),
  ];
  const result = await ports.database.write([...before, ...claims.map(({ hold }) => windows.reserve(hold))]);
  if (result.committed) {
    if (known.size > mostKnown) known.clear();
    for (const { hold } of fresh) known.add(windowId(hold));
    return { held: heldOf(claims, result.rows.slice(before.length)) };
  }
  // Budgets have changed since they were read.
  if (result.failedGuard === 0) {
    ports.store.forget();
    return "again";
  }
  // The commit was never answered and was made all the same: the call holds what it asked for.
  if (result.failedGuard === 1) return { held: [] };
  const claim = claims[result.failedGuard - before.length];
  if (claim) return { claim };
  throw new TuttiError("internal.defect", `a budget's window could not be opened for call ${ask.call}`);
}

function heldOf(claims: readonly Claim[], rows: readonly (readonly Row[])[]): Held[] {
  return claims.map((claim, index) => ({ ...claim, count: toWindowCount(rows[index]?.[0]) }));
}

const windowId = ({ budget, subject, period }: Hold): string => JSON.stringify([budget, subject, period]);

/** Whether it would fit if everything that is merely reserved came back. */
function hasRoomOnce({ budget, hold }: Claim, { used, raised }: WindowCount): boolean {
  return used + hold.amount <= budget.hard + raised;
}

/** Each wait is longer than the one before, until somebody gives back. */
function createWait(
  { clock, stuck }: ReserverPorts,
  signal: AbortSignal,
  waiting: Set<() => void>,
): () => Promise<void> {
  let delayMs = firstDelayMs;
  return async () => {
    const wasFreed = await pause(clock, { delayMs, signal, waiting });
    if (!wasFreed && delayMs === longestDelayMs) await stuck();
    delayMs = wasFreed ? firstDelayMs : Math.min(delayMs * 2, longestDelayMs);
  };
}

interface Pause {
  readonly delayMs: number;
  readonly signal: AbortSignal;
  readonly waiting: Set<() => void>;
}

/** True where somebody has given back: its commit is a moment away. */
async function pause(clock: Clock, { delayMs, signal, waiting }: Pause): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const [freed, wake] = [() => resolve(true), () => resolve(false)];
  const withdraw = clock.after(delayMs, wake);
  waiting.add(freed);
  signal.addEventListener("abort", wake, { once: true });
  if (signal.aborted) wake();
  const wasFreed = await promise;
  withdraw();
  signal.removeEventListener("abort", wake);
  waiting.delete(freed);
  signal.throwIfAborted();
  return wasFreed;
}
