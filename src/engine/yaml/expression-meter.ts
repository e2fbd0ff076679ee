import { TuttiError } from "../../core/error.ts";
import { ExpressionError } from "./expression-error.ts";

/** Counts the work of one evaluation, so that no expression over whatever a model has written can hold up the host. */
export interface Meter {
  reset(): void;
}

// All of it takes 100 to 200 ms, as measured with nested loops. The same work costs the same in a replay, which a limit of
// time would not.
const mostWork = 1_000_000;
const charactersPerUnit = 1_024;
const itemsPerUnit = 16;

/** Puts a meter around every part of a checked expression. */
export function metered(ast: unknown): Meter {
  let left = mostWork;
  const seen = new Set<unknown>();
  const spend = (units: number): void => {
    left -= units;
    if (left < 0) throw new ExpressionError("takes too much work: its lists or texts are too large", 0);
  };
  const visit = (value: unknown): void => {
    if (typeof value !== "object" || value === null || seen.has(value)) return;
    seen.add(value);
    if (!("op" in value)) {
      for (const inner of Object.values(value)) visit(inner);
      return;
    }
    const node = asNode(value);
    // A loop such as `map` was unfolded into another tree, which is what is evaluated.
    if (node.meta.alternate !== undefined) return visit(node.meta.alternate);
    const { evaluate } = node.meta;
    node.setMeta("evaluate", (...call: unknown[]) => {
      spend(1);
      const result = evaluate(...call);
      spend(sizeOf(result));
      return result;
    });
    visit(node.args);
  };
  visit(ast);
  return { reset: () => (left = mostWork) };
}

function sizeOf(value: unknown): number {
  if (typeof value === "string") return Math.floor(value.length / charactersPerUnit);
  return Array.isArray(value) ? Math.floor(value.length / itemsPerUnit) : 0;
}

/** What the library's nodes are, besides what it describes of them. */
interface MeteredNode {
  readonly args: unknown;
  readonly meta: { readonly evaluate: (...call: unknown[]) => unknown; readonly alternate?: unknown };
  setMeta(key: "evaluate", value: (...call: unknown[]) => unknown): unknown;
}

function asNode(value: object): MeteredNode {
  if (isNode(value)) return value;
  throw new TuttiError("internal.defect", "the expression library has changed: its parts cannot be metered");
}

function isNode(value: object): value is MeteredNode {
  if (!("meta" in value && "args" in value && "setMeta" in value && typeof value.setMeta === "function")) return false;
  const { meta } = value;
  return typeof meta === "object" && meta !== null && "evaluate" in meta && typeof meta.evaluate === "function";
}
