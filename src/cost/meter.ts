import type { Clock } from "../core/clock.ts";
import { newId } from "../core/id.ts";
import type { Log } from "../core/log.ts";
import type { Random } from "../core/random.ts";
import { aborted } from "../models/abort.ts";
import type { ChatAnswer, ChatCall, ChatModel, ChatRequest } from "../models/chat-model.ts";
import type { Database } from "../storage/database.ts";
import { modelName, type Payer } from "./budget.ts";
import { amountOf, estimate, keptTo, type Estimate, type EstimateSettings } from "./call-estimate.ts";
import { startCallDeadline } from "./call-deadline.ts";
import type { CallKind } from "./cost-table.ts";
import { answered, failed, type Reserved } from "./consumption.ts";
import type { Hold, Ledger, Settlement } from "./ledger.ts";
import type { Marks } from "./mark.ts";
import { dayOf, type Calendar } from "./period.ts";
import { exceeded } from "./refusal.ts";
import type { Ask, Held, Reserver } from "./reservation.ts";
import type { Sweeper } from "./sweeper.ts";

export type Meter = (model: ChatModel, kind?: CallKind) => ChatModel;

export interface MeterPorts {
  readonly database: Pick<Database, "write">;
  readonly ledger: Ledger;
  readonly reserver: Reserver;
  readonly sweeper: Sweeper;
  readonly marks: Marks;
  readonly calendar: Calendar;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly holder: string;
  readonly settings: EstimateSettings;
  /** Tokens that a call of this model may fill now, where the server keeps to what it is told. */
  contextOf(model: string): number | undefined;
  /** Once in a process, before its first call. */
  ready(): Promise<void>;
}

/**
 * Stands around every real call: reserves the most that it can cost in a transaction of its own, and settles what it did
 * cost in the transaction that ends its step.
 */
export function createMeter(ports: MeterPorts): Meter {
  return (model, kind = "chat") => {
    return {
      name: model.name,
      async chat(request, call) {
        const asked = estimate(request, {
          model: modelName(model.name),
          contextTokens: kind === "embedding" ? undefined : contextFor(request, ports.contextOf(model.name)),
          settings: ports.settings,
        });
        return await metered(ports, { model, kind, request, call, asked });
      },
    };
  };
}

/** A call fills no more than what its model is loaded with, or is about to be loaded with for it. */
function contextFor({ options }: ChatRequest, contextTokens: number | undefined): number | undefined {
  return contextTokens === undefined ? undefined : Math.max(contextTokens, options?.numCtx ?? 0);
}

interface Metered {
  readonly model: ChatModel;
  readonly kind: CallKind;
  readonly request: ChatRequest;
  readonly call: ChatCall;
  readonly asked: Estimate;
}

async function metered(ports: MeterPorts, { model, kind, request, call, asked }: Metered): Promise<ChatAnswer> {
  const { sweeper, clock } = ports;
  const id = newId("call", ports.random);
  sweeper.began(id);
  try {
    await ports.ready();
    const { holds, reserved } = await admit(ports, { id, call, asked, kind, model: model.name });
    const beganAt = clock.now();
    const watched = watch(call);
    using deadline = startCallDeadline(clock, call.signal, asked.needsDeadline(holds) ? asked.boundMs : null);
    try {
      const answer = await model.chat(keptTo(request, asked, holds), { ...watched.call, signal: deadline.signal });
      await settle(ports, call, answered(reserved, answer, clock.now()));
      return answer;
    } catch (thrown) {
      const error = deadline.explain(thrown);
      const endedAt = clock.now();
      const { hasBegun } = watched;
      await settle(ports, call, failed(reserved, { error, hasBegun, tookMs: endedAt - beganAt, endedAt }));
      throw error;
    }
  } finally {
    sweeper.done(id);
  }
}

interface Admission {
  readonly id: string;
  readonly call: ChatCall;
  readonly asked: Estimate;
  readonly kind: CallKind;
  readonly model: string;
}

async function admit(ports: MeterPorts, admission: Admission): Promise<{ holds: readonly Hold[]; reserved: Reserved }> {
  const { id, call, asked, model } = admission;
  const { caller, signal } = call;
  if (caller) await ports.sweeper.beginsAgain(caller.run, caller.key);
  await ports.sweeper.sweepOwn();
  const payer = { run: caller?.run, flow: caller?.flow, agent: caller?.agent, model: modelName(model) };
  let holds: readonly Hold[] = [];
  const at = ports.clock.now();
  const ask: Ask = {
    call: id,
    payer,
    hour: ports.calendar.hourOf(at),
    signal,
    amount: (budget) => amountOf(budget, asked),
    row: (wanted) => ports.ledger.open(toRow(ports, admission, { payer, holds: (holds = wanted), at })),
  };
  const answer = await reserve(ports, ask, model);
  if (!answer.isHeld) {
    const { claim, count } = answer;
    await ports.marks.reached({
      budget: claim.budget,
      key: claim.hold,
      count,
      run: payer.run,
      needed: claim.hold.amount,
    });
    throw exceeded({ ...claim, count, model, at: ports.clock.now() }, ports.calendar);
  }
  await tellMarks(ports, answer.held, payer.run);
  return { holds, reserved: { ...asked, id, model: payer.model, holds } };
}

/** A wait for room that is given up is an aborted call. */
async function reserve({ reserver }: MeterPorts, ask: Ask, model: string): ReturnType<Reserver["reserve"]> {
  try {
    return await reserver.reserve(ask);
  } catch (error) {
    if (ask.signal.aborted) throw aborted(model, ask.signal.reason);
    throw error;
  }
}

async function tellMarks({ marks }: MeterPorts, held: readonly Held[], run: string | undefined): Promise<void> {
  for (const { budget, hold, count } of held) await marks.look({ budget, key: hold, count, run });
}

function toRow(
  { calendar, holder, settings }: MeterPorts,
  { id, call: { caller }, asked, kind }: Admission,
  { payer, holds, at }: { payer: Payer; holds: readonly Hold[]; at: number },
) {
  const hour = calendar.hourOf(at);
  const isPriced = asked.price !== undefined;
  return {
    id,
    kind,
    holder,
    run: payer.run ?? null,
    step: caller?.key ?? null,
    attempt: caller?.attempt ?? null,
    flow: payer.flow ?? null,
    agent: payer.agent ?? null,
    model: payer.model,
    hour,
    day: dayOf(hour),
    began_at: at,
    bound_input: asked.boundInput,
    bound_tokens: asked.boundTokens,
    bound_ms: asked.boundMs,
    bound_money: asked.boundMoney,
    currency: isPriced ? (settings.prices?.currency ?? null) : null,
    priced_on: isPriced ? (settings.prices?.date ?? null) : null,
    holds: JSON.stringify(holds),
  };
}

/** Joins the step's transaction; where that will not be, it has one of its own. Never throws: the call has been made. */
async function settle(ports: MeterPorts, { caller, signal }: ChatCall, settlement: Settlement): Promise<void> {
  const { ledger, sweeper, log, reserver } = ports;
  const statements = ledger.settle(settlement);
  sweeper.ended(settlement.id, statements);
  tellBrokenBound(ports, settlement);
  // Nothing is stored of a step that was aborted, or it is stored before its call has ended.
  if (caller && !signal.aborted) caller.join(statements);
  else {
    try {
      await ports.database.write(statements);
    } catch (error) {
      log.warn("cost.not_settled", { call: settlement.id, error });
    }
  }
  reserver.freed();
}

/** It is counted as it was; that it could be is for somebody to know, since it was to be impossible. */
function tellBrokenBound({ log }: MeterPorts, { id, model, charged, holds, isEstimated }: Settlement): void {
  const broken = holds.find(({ metric, amount }) => (charged[metric] ?? 0) > amount);
  if (!broken || isEstimated) return;
  const { metric, amount } = broken;
  log.error("cost.bound_exceeded", { call: id, model, metric, bound: amount, took: charged[metric] });
}

function watch(call: ChatCall): { readonly call: ChatCall; readonly hasBegun: boolean } {
  let hasBegun = false;
  return {
    call: {
      ...call,
      onChunk(chunk) {
        hasBegun = true;
        call.onChunk?.(chunk);
      },
    },
    get hasBegun() {
      return hasBegun;
    },
  };
}
