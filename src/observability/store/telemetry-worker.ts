// The thread that telemetry.db lives in. Questions go before batches, so that nobody waits for what is being stored.
import { parentPort, workerData, type MessagePort } from "node:worker_threads";
import { systemClock } from "../../core/clock.ts";
import { toFailure } from "../../core/error.ts";
import type { Batch } from "./batch.ts";
import type { Reply, Request, ThreadData } from "./message.ts";
import { answer } from "./question.ts";
import { openTelemetryFile, type TelemetryFile } from "./telemetry-file.ts";

if (parentPort !== null) serve(parentPort, workerData as ThreadData);

function serve(port: MessagePort, { path, sample }: ThreadData): void {
  const reply = (message: Reply): void => port.postMessage(message);
  const batches: Extract<Request, { type: "ingest" }>[] = [];
  let file: TelemetryFile | undefined;
  const opened = (): TelemetryFile => {
    file ??= openTelemetryFile({
      path,
      clock: systemClock,
      log: { warn: (event, fields = {}) => reply({ type: "log", level: "warn", event, fields }) },
    });
    return file;
  };

  function storeNext(): void {
    const next = batches.shift();
    if (next === undefined) return;
    attempt(next.id, () => {
      reply({ type: "stored", id: next.id, stored: opened().ingest(JSON.parse(next.batch) as Batch) });
    });
    if (batches.length > 0) setImmediate(storeNext);
  }

  function attempt(id: number, work: () => void): void {
    try {
      work();
    } catch (error) {
      reply({ type: "failed", id, failure: toFailure(error, "storage.unavailable") });
    }
  }

  port.on("message", (request: Request) => {
    switch (request.type) {
      case "ingest":
        if (batches.push(request) === 1) setImmediate(storeNext);
        return;
      case "ask":
        attempt(request.id, () => {
          const { id, name, given } = request;
          const found = opened().ask((tables) => answer({ tables, clock: systemClock, sample }, name, given));
          reply({ type: "answered", id, answer: found });
        });
        return;
      default:
        while (batches.length > 0) storeNext();
        file?.[Symbol.dispose]();
        reply({ type: "answered", id: request.id, answer: null });
        port.close();
    }
  });
}
