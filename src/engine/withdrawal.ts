import type { Statement } from "../core/statement.ts";
import type { StepAddress } from "../core/verb.ts";
import type { HeldRun } from "./held-run.ts";
import { addressOf } from "./opening.ts";
import type { VerbCall } from "./scope.ts";

/** Writes that give up an open wait: what it took unseen goes back, its capability is told, the opening goes. */
export function withdrawal(execution: HeldRun, call: VerbCall): Statement[] {
  if (!call.hasOpening) return [];
  const event = call.work.type === "wait" ? (call.work.spec.event ?? null) : null;
  return withdraw(execution, addressOf(execution, call), { key: call.key, event });
}

/** The same for everything that is open under a key (all of a run for none), asked for again by the body or not. */
export function withdrawOpen(execution: HeldRun, under = ""): Statement[] {
  const { calls, openings, run } = execution;
  const inside = [...calls.values()].filter((call) => call.hasOpening && call.key.startsWith(under));
  const asked = inside.flatMap((call) => withdrawal(execution, call));
  const known = new Set(inside.map(({ key }) => key));
  const others = [...openings.values()].filter(({ key }) => key.startsWith(under) && !known.has(key));
  return [
    ...asked,
    ...others.flatMap(({ key, kind, name, event }) =>
      withdraw(execution, { run: run.id as StepAddress["run"], flow: run.flow, key, kind, name }, { key, event }),
    ),
  ];
}

function withdraw(
  { ports, run }: HeldRun,
  address: StepAddress,
  { key, event }: { key: string; event: string | null },
): Statement[] {
  const { statements, clock, waits } = ports;
  const id = { run: run.id, key };
  return [
    ...(event === null ? [] : [statements.returnSignal(id)]),
    ...(waits.get(address.kind)?.withdrawn(address) ?? []),
    statements.closeOpening(id),
    ...(event === null ? [] : statements.matchSignal(event, clock.now())),
  ];
}
