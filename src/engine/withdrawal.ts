import type { Statement } from "../core/statement.ts";
import type { Execution } from "./execution.ts";
import { addressOf } from "./opening.ts";
import type { VerbCall } from "./scope.ts";

/** Writes that give up an open wait: what it took unseen goes back, its capability is told, the opening goes. */
export function withdrawal(execution: Execution, call: VerbCall): Statement[] {
  if (!call.hasOpening) return [];
  const { statements, clock } = execution.ports;
  const id = { run: execution.run.id, key: call.key };
  if (call.work.type !== "wait") return [statements.closeOpening(id)];
  const { spec } = call.work;
  const { event } = spec;
  return [
    ...(event === undefined ? [] : [statements.returnSignal(id)]),
    ...(spec.withdrawn?.(addressOf(execution, call)) ?? []),
    statements.closeOpening(id),
    ...(event === undefined ? [] : statements.matchSignal(event, clock.now())),
  ];
}
