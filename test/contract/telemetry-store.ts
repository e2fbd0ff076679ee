import { afterEach, describe } from "node:test";
import { systemClock } from "../../src/core/clock.ts";
import { silentLog } from "../../src/core/log.ts";
import { createTelemetryStore, type TelemetryStoreOptions } from "../../src/observability/store/store.ts";
import type { TelemetryStore } from "../../src/observability/store/telemetry-store.ts";
import { hostileData } from "./telemetry-hostile.ts";
import { logCases } from "./telemetry-log.ts";
import { searchCases } from "./telemetry-search.ts";
import { seriesCases } from "./telemetry-series.ts";
import { spanCases } from "./telemetry-span.ts";
import { upkeepCases } from "./telemetry-upkeep.ts";

export interface TelemetryPlace extends Disposable {
  readonly path: string;
}

/** Opens an empty store; closed when the test is over. */
export type OpenStore = (options?: Partial<TelemetryStoreOptions>) => TelemetryStore;

/** What every telemetry store does, wherever its file is and whoever has it open. */
export function telemetryStoreContract(name: string, make: () => TelemetryPlace): void {
  describe(`the telemetry store: ${name}`, () => {
    const opened: { readonly store: TelemetryStore; readonly place: TelemetryPlace }[] = [];
    const open: OpenStore = (options = {}) => {
      const place = make();
      const store = createTelemetryStore({
        path: place.path,
        clock: systemClock,
        log: silentLog,
        sample: 1,
        ...options,
      });
      opened.push({ store, place });
      return store;
    };
    afterEach(async () => {
      for (const { store, place } of opened.splice(0)) {
        await store[Symbol.asyncDispose]();
        place[Symbol.dispose]();
      }
    });

    spanCases(open);
    searchCases(open);
    logCases(open);
    seriesCases(open);
    upkeepCases(open);
    hostileData(open);
  });
}
