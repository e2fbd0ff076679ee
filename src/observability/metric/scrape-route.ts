import type { Route } from "../../core/route.ts";
import { chooseFormat, contentTypes } from "./accept.ts";
import { expose } from "./exposition.ts";
import type { SeriesTable } from "./series-table.ts";

export interface ScrapePorts {
  readonly table: SeriesTable;
  readonly look: () => Promise<void>;
  readonly isOpen: boolean;
}

/** Where Prometheus, and whoever speaks as it does, reads all figures. */
export function scrapeRoute({ table, look, isOpen }: ScrapePorts): Route {
  return {
    name: "metrics",
    summary: "All figures, as Prometheus reads them",
    method: "GET",
    path: "/metrics",
    role: "viewer",
    isOpen,
    async handle(request) {
      await look();
      const format = chooseFormat(request.header("accept"));
      return {
        status: 200,
        headers: { "content-type": contentTypes[format], vary: "accept", "cache-control": "no-store" },
        body: expose(table.all(), format),
      };
    },
  };
}
