import type { AnyFlow } from "../../src/engine/flow.ts";
import type { TestEngine, TestEngineOptions } from "../support/engine.ts";

export type OpenEngine = (options?: TestEngineOptions) => Promise<TestEngine>;

/** Starts a flow, waits until it is parked, ends the worker as kill -9 would, and lets `then` wake it. */
export async function acrossCrash(engine: TestEngine, flow: AnyFlow, changed: AnyFlow, then: () => Promise<unknown>) {
  engine.flows.set(flow.name, flow);
  const id = await engine.control.start({ flow });
  await engine.until(id, "waiting");
  engine.flows.set(flow.name, changed);
  await engine.crash();
  await then();
  return engine.until(id, "succeeded", "failed", "paused");
}

export const go =
  (engine: TestEngine, payload: unknown = null) =>
  () =>
    engine.control.emit("go", payload);
