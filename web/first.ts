import { call, type Call, type CallName } from "./data/call.ts";

/** What a page begins with. The build writes this down for the daemon (pages.json), which lays the answers into the page. */
export interface First {
  /** `:id` stands for one part of it. */
  readonly path: string;
  /**
   * What its first paint needs. An input of `?q` is the `q` of the address, and left out where there is none. An answer that takes
   * long is waited for in vain, so nothing that asks another server belongs here.
   */
  readonly calls: readonly Call<CallName>[];
}

// Used by more than one page, or by the frame around all of them.
export const host = call("host.show", {});
export const openReviews = call("review.list", {});
export const firingAlerts = call("alert.list", { state: "firing" });
export const stats24h = call("run.stats", { since: "24h", bucket: "1h" });

export const recentRuns = call("run.list", { limit: 20 });
export const budgets = call("budget.list", {});
export const cost24h = call("cost.show", { by: "model", since: "24h" });

/** What fills a high screen twice; the next ones come while somebody scrolls. */
export const pageSize = 60;

/** The runs behind one, newest first; without it the newest of all. */
export function runsBefore(query: string, before?: string): Call<"run.list"> {
  return call("run.list", {
    ...(query === "" ? {} : { query }),
    ...(before === undefined ? {} : { before }),
    limit: pageSize,
  });
}

export function statsOf(query: string): Call<"run.stats"> {
  return call("run.stats", { ...stats24h.input, ...(query === "" ? {} : { query }) });
}

export const flows = call("flow.list", {});

/** Of the frame, whatever the page is. */
export const everywhere: readonly Call<CallName>[] = [host, openReviews, firingAlerts];

/** By the folder in pages/ that it lies in, where the page is a file of the same name. */
export const firsts = {
  overview: { path: "/", calls: [stats24h, recentRuns, budgets, cost24h] },
  reviews: { path: "/reviews", calls: [] },
  runs: { path: "/runs", calls: [runsBefore("?q"), statsOf("?q"), flows] },
  run: { path: "/runs/:id", calls: [] },
  flows: { path: "/flows", calls: [flows] },
  models: { path: "/models", calls: [] },
  costs: { path: "/costs", calls: [] },
  // Not /metrics: there Prometheus is answered.
  metrics: { path: "/explore", calls: [] },
  settings: { path: "/settings", calls: [] },
  doctor: { path: "/doctor", calls: [] },
} as const satisfies Readonly<Record<string, First>>;
