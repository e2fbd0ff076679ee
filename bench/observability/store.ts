import { statSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { systemClock } from "../../src/core/clock.ts";
import { silentLog } from "../../src/core/log.ts";
import type { SpanRecord } from "../../src/observability/record.ts";
import { openHere, type Keeper } from "../../src/observability/store/keeper.ts";
import { createTelemetryStore } from "../../src/observability/store/store.ts";
import type { TelemetryStore } from "../../src/observability/store/telemetry-store.ts";
import { openThread } from "../../src/observability/store/thread.ts";
import { createTraceOperations } from "../../src/observability/trace/operations.ts";
import { createHttpApp } from "../../src/server/http.ts";
import { DataFolder } from "../data-folder.ts";
import { tableOf } from "../models/section.ts";
import { quantile, type ObservabilityBench, type Report } from "./section.ts";
import { chance, makeLongTrace, makeTrace, spansOfTrace } from "./telemetry.ts";

const longTrace = 10_000;
const barMs = 50;
const barBytes = 300;

/** What a telemetry store of many spans takes, of disk and of time. */
export async function measureStore(bench: ObservabilityBench): Promise<Report> {
  const { isQuick, spans = isQuick ? 20_000 : 1_000_000, say } = bench;
  using data = new DataFolder();
  const path = join(data.make(), "telemetry.db");
  const options = { path, clock: systemClock, log: silentLog, sample: 1 };
  const store = createTelemetryStore(options);
  const filled = await fill(store, { spans, say });
  const unpacked = bytesAt(path);
  await store.vacuum({ whole: true });
  const perSpan = bytesAt(path) / (spans + longTrace);
  say(`${perSpan.toFixed(0)} bytes a span`);
  const rounds = isQuick ? 5 : 40;
  const clock = (): number => performance.now();
  const thread = openThread(options);
  const asked = async (): Promise<Look[]> => [
    ...(await measureLooks(await looksAt(thread, filled.long.traceId), { rounds, clock })),
    // By the store's own thread, and from there as a caller gets it.
    ...(await measureLooks(requestsOf(store, filled.long), { rounds, clock })),
  ];
  const looks = await asked();
  say("once more, while spans are stored as fast as may be");
  const busy = await whileStoring(store, asked);
  await thread[Symbol.asyncDispose]();
  await store[Symbol.asyncDispose]();
  say("and by the time of the processor alone");
  await using here = openHere(options);
  const cpu = await measureLooks(await looksAt(here, filled.long.traceId), { rounds, clock: threadMs });
  const handOver = await measureHandOver();
  return {
    title: `Telemetry store, ${spans} spans`,
    text: [
      `Stored ${filled.perSecond.toFixed(0)} spans a second. ${perSpan.toFixed(0)} bytes a span after a vacuum, indexes included (bar ${barBytes}); ${(unpacked / (spans + longTrace)).toFixed(0)} before.`,
      `Handing a span over costs the engine's thread ${handOver.text.toFixed(1)} µs as one text for each batch, ${handOver.objects.toFixed(1)} µs as objects.`,
      "",
      tableOf([
        ["asked of the store, ms", "CPU p50", "p50", `p95 (bar ${barMs})`, "p95 while storing"],
        ...looks.map(({ name, p50, p95 }, index) =>
          [name, cpu[index]?.p50, p50, p95, busy[index]?.p95].map((cell) =>
            typeof cell === "number" ? cell.toFixed(1) : (cell ?? ""),
          ),
        ),
      ]),
    ].join("\n"),
    isBad: !isQuick && (looks.some(({ p95 }) => p95 > barMs) || perSpan > barBytes),
  };
}

/** What this thread has worked, whoever else wanted the processor meanwhile. */
function threadMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}

interface Filled {
  readonly perSecond: number;
  /** The first span of the long trace. */
  readonly long: Pick<SpanRecord, "traceId" | "spanId">;
}

interface Filling {
  readonly spans: number;
  readonly say: (text: string) => void;
}

async function fill(store: TelemetryStore, { spans, say }: Filling): Promise<Filled> {
  const random = chance(3);
  const traces = spans / spansOfTrace;
  const startUs = Date.now() * 1_000 - traces * 1_000_000;
  const long = makeLongTrace(longTrace, startUs);
  let storing = 0;
  for (let number = 0; number < traces;) {
    const some = Array.from({ length: Math.min(500, traces - number) }, () =>
      makeTrace({ number, startUs: startUs + number++ * 1_000_000, random }),
    );
    const began = performance.now();
    store.sink.spans(some.flat());
    await store.flush();
    storing += performance.now() - began;
    if (number % 20_000 === 0) say(`${number * spansOfTrace} spans`);
    // The long one comes in pieces, between the others.
    if (number % Math.ceil(traces / 20) < 500) store.sink.spans(long.splice(0, longTrace / 20));
  }
  store.sink.spans(long);
  await store.flush();
  const { dropped, failed } = store.counts();
  if (dropped + failed > 0) throw new Error(`${dropped} spans were dropped and ${failed} have failed`);
  const { traceId = "", spanId = "" } = makeLongTrace(1, startUs)[0] ?? {};
  return { perSecond: spans / (storing / 1_000), long: { traceId, spanId } };
}

interface Look {
  readonly name: string;
  readonly p50: number;
  readonly p95: number;
}

type Asked = Pick<Keeper, "ask">;
type Looks = Readonly<Record<string, () => Promise<unknown>>>;

/** What pages and commands ask, and how long each takes by the clock that is given. */
async function measureLooks(looks: Looks, { rounds, clock }: Measuring): Promise<Look[]> {
  const found: Look[] = [];
  for (const [name, look] of Object.entries(looks)) {
    const took: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const began = clock();
      await look();
      took.push(clock() - began);
    }
    found.push({ name, p50: quantile(took, 0.5), p95: quantile(took, 0.95) });
  }
  return found;
}

interface Measuring {
  readonly rounds: number;
  /** Milliseconds. */
  readonly clock: () => number;
}

/** The whole of an answer over HTTP but for the socket: read, made, written as JSON and tagged. */
function requestsOf(store: TelemetryStore, { traceId, spanId }: Filled["long"]): Looks {
  const app = createHttpApp(createTraceOperations(store, systemClock), { caller: "bench" });
  const get = (path: string) => async () => (await app.request(path)).arrayBuffer();
  return {
    "GET /api/traces/… of 10,000 spans": get(`/api/traces/${traceId}`),
    "GET /api/traces/…/spans/… of the same": get(`/api/traces/${traceId}/spans/${spanId}`),
  };
}

async function looksAt(keeper: Asked, longId: string): Promise<Looks> {
  const list = (query: string) => () => keeper.ask("traces", { query, limit: 50 });
  const some = await keeper.ask("traces", { query: "flow:invoice", limit: 500 });
  const [newest, middle] = [some[0]?.traceId ?? "", some.at(-1)?.traceId];
  const trace = (id: string): Promise<unknown> => keeper.ask("traceText", id);
  return {
    "list of traces": list(""),
    "its page in the middle": () => keeper.ask("traces", { before: middle, limit: 50 }),
    "by an attribute: model:ollama/gemma3": list("model:ollama/gemma3"),
    "by two: model:ollama/gemma3 flow:digest": list("model:ollama/gemma3 flow:digest"),
    "by one that few have: run:run_long": list("run:run_long"),
    "by two that hardly meet: -service:tutti status:error": list("-service:tutti status:error"),
    "by status: status:error flow:invoice": list("status:error flow:invoice"),
    "by a word: refund": list("refund"),
    "by words: refund -parcel gemma3": list("refund -parcel gemma3"),
    "by the beginning of a word: run_1a*": list("run_1a*"),
    "by a word that nobody has": list("nowhere"),
    "by duration: duration>3s": list("duration>3s"),
    "by a duration that none has: duration>1h": list("duration>1h"),
    "of the last minutes: since:10m status:error": list("since:10m status:error"),
    "count of status:error since:1h": () => keeper.ask("countTraces", { query: "status:error since:1h" }),
    "one trace of 10 spans": () => trace(newest),
    "one trace of 10,000 spans": () => trace(longId),
  };
}

async function whileStoring<Result>(store: TelemetryStore, work: () => Promise<Result>): Promise<Result> {
  const random = chance(9);
  let isDone = false;
  const storing = (async () => {
    for (let number = 2 ** 24; !isDone;) {
      const some = Array.from({ length: 100 }, () =>
        makeTrace({ number: number++, startUs: Date.now() * 1_000, random }),
      );
      store.sink.spans(some.flat());
      await store.flush();
    }
  })();
  const result = await work();
  isDone = true;
  await storing;
  return result;
}

/** Microseconds that a span costs the thread that hands it over: written down as a text, or copied as objects. */
async function measureHandOver(): Promise<{ text: number; objects: number }> {
  const random = chance(4);
  const batches = Array.from({ length: 100 }, (_, batch) =>
    Array.from({ length: 20 }, (__, index) =>
      makeTrace({ number: batch * 20 + index, startUs: Date.now() * 1_000, random }),
    ).flat(),
  );
  const worker = new Worker('require("node:worker_threads").parentPort.on("message", () => undefined)', { eval: true });
  const cost = (send: (batch: unknown) => unknown): number => {
    const began = threadMs();
    for (const batch of batches) worker.postMessage(send(batch));
    return ((threadMs() - began) * 1_000) / (batches.length * 200);
  };
  cost((batch) => JSON.stringify(batch));
  const figures = { objects: cost((batch) => batch), text: cost((batch) => JSON.stringify(batch)) };
  await worker.terminate();
  return figures;
}

function bytesAt(path: string): number {
  return ["", "-wal"].reduce((sum, end) => sum + (statSync(path + end, { throwIfNoEntry: false })?.size ?? 0), 0);
}
