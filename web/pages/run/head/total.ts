import { isKept } from "../../../score/timeline.ts";
import type { Part, Tree } from "../../../score/tree.ts";

/** What a run has used so far. Null: nothing that is known. */
export interface Totals {
  readonly input: number | null;
  readonly output: number | null;
  readonly money: number | null;
  readonly currency: string;
  /** Model steps whose cost nobody can tell. */
  readonly unpriced: number;
  readonly models: readonly string[];
  readonly steps: number;
  readonly failed: number;
  readonly retried: number;
}

/** What another run had done and this one keeps was used there. */
export function totalsOf({ byId, root }: Tree, zero: number): Totals {
  const steps = [...byId.values()].filter((part) => part !== root);
  const calls = steps.filter((part) => isCall(part) && !isKept(part.span, zero));
  const priced = calls.flatMap(({ span }) => (span.cost === null ? [] : [span.cost]));
  return {
    input: sum(calls.map(({ span }) => span.tokens?.input)),
    output: sum(calls.map(({ span }) => span.tokens?.output)),
    money: priced.length === 0 ? null : priced.reduce((total, { money }) => total + money, 0),
    currency: priced[0]?.currency ?? "USD",
    unpriced: calls.length - priced.length,
    models: [...new Set(calls.flatMap(({ span }) => (span.model === null ? [] : [span.model])))],
    steps: steps.filter(({ children }) => children.length === 0).length,
    failed: steps.filter(({ span, children }) => span.status === "failed" && children.length === 0).length,
    retried: steps.filter(({ span }) => span.attempts > 1 && span.attempt === span.attempts).length,
  };
}

/** The figures of a scope are those of its steps: only steps count, so that nothing counts twice. */
function isCall({ span, children }: Part): boolean {
  return children.length === 0 && (span.model !== null || span.tokens !== null);
}

function sum(values: readonly (number | null | undefined)[]): number | null {
  const known = values.filter((value) => value !== null && value !== undefined);
  return known.length === 0 ? null : known.reduce((total, value) => total + value, 0);
}
