import type { Random } from "../../src/core/random.ts";

/** A random flow's body, as data: every worker of a world runs the same one. */
export type Program =
  | { readonly type: "run"; readonly name: string; readonly mayFail: boolean; readonly onInterrupted?: "ask" | "fail" }
  | { readonly type: "sleep"; readonly ms: number }
  | { readonly type: "wait"; readonly event: string; readonly timeout?: number }
  | { readonly type: "emit"; readonly event: string }
  | { readonly type: "ask" }
  | { readonly type: "child"; readonly flow: string }
  | { readonly type: "clock" }
  | { readonly type: "version"; readonly name: string }
  | { readonly type: "sequence" | "all" | "settled" | "nativeRace" | "race"; readonly parts: readonly Program[] }
  | { readonly type: "loop" | "map"; readonly times: number; readonly body: Program }
  | { readonly type: "group"; readonly body: Program }
  | { readonly type: "try" | "finally"; readonly body: Program; readonly other: Program }
  | { readonly type: "float"; readonly body: Program; readonly meanwhile: Program; readonly isAwaited: boolean }
  | { readonly type: "choice"; readonly even: Program; readonly odd: Program };

export const eventNames = ["red", "green"] as const;

interface Maker {
  readonly random: Random;
  /** Flows that may be children of this one. */
  readonly children: readonly string[];
}

const leaves = ["run", "run", "run", "run", "sleep", "wait", "emit", "ask", "child", "clock", "version"] as const;
const branches =
  "sequence sequence sequence all all settled nativeRace race loop map group try try finally float choice".split(" ");

export function makeProgram(maker: Maker, depth: number): Program {
  const { random } = maker;
  if (depth === 0 || random() < 0.25) return makeLeaf(maker);
  return makeBranch(maker, depth, pick(random, branches));
}

function makeBranch(maker: Maker, depth: number, type: string): Program {
  const { random } = maker;
  const inner = (): Program => makeProgram(maker, depth - 1);
  const parts = (): Program[] => Array.from({ length: 1 + Math.floor(random() * 3) }, inner);
  switch (type) {
    case "loop":
    case "map":
      return { type, times: 1 + Math.floor(random() * 3), body: inner() };
    case "group":
      return { type, body: inner() };
    case "try":
    case "finally":
      return { type, body: inner(), other: inner() };
    case "float":
      return { type, body: makeLeaf(maker), meanwhile: inner(), isAwaited: random() < 0.6 };
    case "choice":
      return { type, even: inner(), odd: inner() };
    case "all":
    case "settled":
    case "nativeRace":
    case "race":
      return { type, parts: parts() };
    default:
      return { type: "sequence", parts: parts() };
  }
}

function makeLeaf({ random, children }: Maker): Program {
  const type = pick(random, leaves);
  switch (type) {
    case "sleep":
      return { type, ms: pick(random, [1, 40, 700, 20_000]) };
    case "wait":
      return {
        type,
        event: pick(random, eventNames),
        ...(random() < 0.5 ? { timeout: pick(random, [1, 500, 9_000]) } : {}),
      };
    case "emit":
      return { type, event: pick(random, eventNames) };
    case "ask":
    case "clock":
      return { type };
    case "version":
      return { type, name: pick(random, ["v", "w"]) };
    case "child":
      return children.length === 0 ? makeRun(random) : { type, flow: pick(random, children) };
    default:
      return makeRun(random);
  }
}

function makeRun(random: Random): Program {
  const interrupted = random();
  const name = pick(random, ["a", "b", "c"]);
  const mayFail = random() < 0.3;
  if (interrupted > 0.2) return { type: "run", name, mayFail };
  return { type: "run", name: "once", mayFail, onInterrupted: interrupted < 0.1 ? "ask" : "fail" };
}

function pick<Item>(random: Random, items: readonly Item[]): Item {
  return items[Math.floor(random() * items.length)] as Item;
}
