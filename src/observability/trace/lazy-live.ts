import type { Log } from "../../core/log.ts";
import { silentTracer, type Tracer } from "../../core/trace.ts";
import { loadLive, type Live, type LiveOptions } from "./live.ts";

export interface LazyLive {
  readonly tracer: Tracer;
  /** What is loaded, at once from the second time on. */
  load(): Live | Promise<Live>;
  stop(): void;
}

export interface LazyLiveOptions extends LiveOptions {
  readonly log: Log;
}

/** What stands there where the SDK cannot be loaded: steps do their work all the same. */
const noLive: Live = { ...silentTracer, within: (_place, work) => work(), stop: () => undefined };

/** Loads OpenTelemetry with the first use: a process that only asks never does. */
export function createLazyLive({ log, ...options }: LazyLiveOptions): LazyLive {
  let loading: Promise<Live> | undefined;
  let live: Live | undefined;
  let isStopped = false;
  const loaded = (found: Live): Live => {
    live = found;
    if (isStopped) found.stop();
    return found;
  };
  const load = (): Live | Promise<Live> => {
    if (live) return live;
    loading ??= loadLive(options).then(loaded, (error: unknown) => {
      log.warn("trace.not_loaded", { error });
      return loaded(noLive);
    });
    return loading;
  };
  return {
    load,
    tracer: {
      span: async (start, work) => (await load()).span(start, work),
      current: () => live?.current() ?? null,
    },
    stop() {
      isStopped = true;
      live?.stop();
    },
  };
}
