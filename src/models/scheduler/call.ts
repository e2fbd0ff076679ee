import type { Clock, EpochMs } from "../../core/clock.ts";
import { TuttiError } from "../../core/error.ts";
import type { Random } from "../../core/random.ts";
import { aborted, abortedUnsent } from "../abort.ts";
import type { ChatAnswer, ChatCall, ChatModel, ChatRequest } from "../chat-model.ts";
import type { EmbeddingModel } from "../embedding-model.ts";
import type { ModelPlace } from "../model-place.ts";
import type { Place, ServerQueue } from "./scheduler.ts";
import { serverFailureOf } from "../server/failure.ts";
import type { ServerHealth } from "../server/health.ts";

/** What a call needs of its server to be scheduled. */
export interface Schedule {
  readonly queue: ServerQueue;
  readonly health: ServerHealth;
  readonly place: ModelPlace;
  /** What the server calls the model, one name for each. */
  readonly model: string;
  readonly clock: Clock;
  readonly random: Random;
  /** How long a server may turn a call away before that is its failure. */
  readonly busyLimitMs: number;
  /** `fail` where there is another server that could be asked. */
  readonly whenBusy: "wait" | "fail";
  /** The server's own default, said again after a model was kept for longer. */
  readonly keepAlive: string;
}

// A server that restarts is back within a second; who waits longer is waiting for a person.
const retryPausesMs = [200, 600];
// While more calls wait for a model, another one should be pushed out before it. Ollama takes the one with the shortest.
const keepLonger = "30m";

/**
 * The model behind its server's line. The deadlines of a call begin when it has its place, so waiting is not counted; the
 * caller's signal counts always. A lost connection is tried again twice, as long as no piece of an answer was handed on.
 */
export function scheduled(model: ChatModel, schedule: Schedule): ChatModel {
  return {
    name: model.name,
    place: schedule.place,
    async chat(request, call) {
      const askedAt = schedule.clock.now();
      const chat = (place: Place): Promise<ChatAnswer> => chatAt(place, { model, request, call, askedAt, schedule });
      return inLine(
        { schedule, signal: call.signal, priority: call.caller?.priority, run: call.caller?.run, askedAt },
        chat,
      );
    },
  };
}

/** The same for embeddings: they load a model too. */
export function scheduledEmbedding(model: EmbeddingModel, schedule: Schedule): EmbeddingModel {
  return {
    name: model.name,
    place: schedule.place,
    embed: (texts, call) => {
      const askedAt = schedule.clock.now();
      const line = { schedule, signal: call.signal, priority: call.caller?.priority, askedAt };
      return inLine(line, async (place) => {
        const answer = await model.embed(texts, call);
        place.tookToLoad(answer.timings?.loadMs ?? 0);
        return { ...answer, timings: { ...answer.timings, queueMs: place.startedAt - askedAt } };
      });
    },
  };
}

interface Attempt {
  readonly model: ChatModel;
  readonly request: ChatRequest;
  readonly call: ChatCall;
  readonly askedAt: EpochMs;
  readonly schedule: Schedule;
}

async function chatAt(place: Place, { model, request, call, askedAt, schedule }: Attempt): Promise<ChatAnswer> {
  const { clock, keepAlive } = schedule;
  let firstTokenMs: number | undefined;
  const onChunk: ChatCall["onChunk"] = (chunk) => {
    const isFirst = firstTokenMs === undefined;
    firstTokenMs ??= clock.now() - place.startedAt;
    call.onChunk?.(isFirst ? { ...chunk, firstTokenMs } : chunk);
  };
  const keeps = place.keeps && { keepAlive: place.keeps === "longer" ? keepLonger : keepAlive };
  try {
    const answer = await model.chat(request, { ...call, ...keeps, onChunk });
    place.tookToLoad(answer.timings.loadMs ?? 0);
    return { ...answer, timings: { ...answer.timings, queueMs: place.startedAt - askedAt } };
  } catch (error) {
    throw firstTokenMs === undefined ? error : new HandedOn(error);
  }
}

/** A failure after a part of the answer has reached the caller, who must not get another one. */
class HandedOn extends Error {
  constructor(cause: unknown) {
    super("failed after its first token", { cause });
  }
}

interface InLine {
  readonly schedule: Schedule;
  readonly signal: AbortSignal;
  readonly priority: number | undefined;
  readonly run?: string | undefined;
  readonly askedAt: EpochMs;
}

async function inLine<Answer>(line: InLine, work: (place: Place) => Promise<Answer>): Promise<Answer> {
  const { schedule, signal, priority, run, askedAt } = line;
  const { queue, health, model, clock } = schedule;
  const patience: Patience = { retries: 0, busySince: undefined };
  for (;;) {
    if (queue.isPaused && schedule.whenBusy === "fail") throw busyNow(model);
    const place = await queue.enter({ model, priority, signal, run, since: askedAt }).catch((error: unknown) => {
      throw patience.retries === 0 ? abortedUnsent(error) : error;
    });
    try {
      const answer = await work(place);
      queue.answered();
      health.answered();
      return answer;
    } catch (error) {
      const pauseMs = nextTry(error, patience, schedule);
      place.leave();
      await pause(pauseMs, { clock, signal, model });
    } finally {
      place.leave();
    }
  }
}

interface Patience {
  retries: number;
  busySince: EpochMs | undefined;
}

/** How long to wait before the next try; throws what the caller gets if there is none. */
function nextTry(thrown: unknown, patience: Patience, schedule: Schedule): number {
  if (thrown instanceof HandedOn) throw thrown.cause;
  const { queue, health, clock, random } = schedule;
  const failure = serverFailureOf(thrown);
  if (failure === "busy") {
    queue.turnedAway();
    patience.busySince ??= clock.now();
    const isOver = clock.now() - patience.busySince >= schedule.busyLimitMs;
    if (isOver || schedule.whenBusy === "fail") throw thrown;
    return 0; // The line itself is paused.
  }
  if (failure === "other") throw thrown;
  const pauseMs = retryPausesMs[patience.retries];
  const mayReturn = health.hasAnswered && schedule.whenBusy === "wait";
  if (thrown instanceof TuttiError) health.lost(thrown);
  if (!mayReturn || pauseMs === undefined) throw thrown;
  patience.retries += 1;
  return pauseMs * (0.5 + random() / 2);
}

function busyNow(model: string): TuttiError {
  return new TuttiError("model.unreachable", `The server of ${model} is too busy: it has just turned calls away`, {
    hint: "Lower the concurrency of the flow, or raise what the server takes (OLLAMA_MAX_QUEUE of an Ollama).",
    data: { status: 503 },
  });
}

interface Pause {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly model: string;
}

function pause(ms: number, { clock, signal, model }: Pause): Promise<void> {
  if (ms <= 0) return Promise.resolve();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const abort = (): void => {
    withdraw();
    reject(aborted(model, signal.reason));
  };
  const withdraw = clock.after(ms, () => {
    signal.removeEventListener("abort", abort);
    resolve();
  });
  signal.addEventListener("abort", abort, { once: true });
  if (signal.aborted) abort();
  return promise;
}
