import type { Tracer } from "../../core/trace.ts";
import { loadLive, type Live, type LiveOptions } from "./live.ts";

export interface LazyLive {
  readonly tracer: Tracer;
  /** What is loaded, at once from the second time on. */
  load(): Live | Promise<Live>;
  stop(): void;
}

/** Loads OpenTelemetry with the first use: a process that only asks never does. */
export function createLazyLive(options: LiveOptions): LazyLive {
  let loading: Promise<Live> | undefined;
  let live: Live | undefined;
  let isStopped = false;
  const load = (): Live | Promise<Live> => {
    if (live) return live;
    loading ??= loadLive(options).then((loaded) => {
      live = loaded;
      if (isStopped) loaded.stop();
      return loaded;
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
