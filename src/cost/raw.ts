import type { Compilable, RawBuilder } from "kysely";
import type { CostBuild } from "./cost-table.ts";

/** A text of SQL as a query: for what both databases understand and the builder does not. */
export function raw<Row>(build: CostBuild, text: RawBuilder<Row>): Compilable<Row> {
  return { compile: () => text.compile(build) };
}
