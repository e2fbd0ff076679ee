import type { SyncSqlite } from "../../storage/sqlite-sync.ts";
import { createLargeTexts, type LargeTexts } from "./large.ts";
import { createTermCollector, type TermCollector } from "./terms.ts";
import { createTexts, type Texts } from "./texts.ts";

/** What all that write and read the file share. */
export interface Tables {
  readonly sqlite: SyncSqlite;
  readonly texts: Texts;
  readonly large: LargeTexts;
  readonly terms: TermCollector;
  readonly textOfLarge: (number: number) => string;
}

export function createTables(sqlite: SyncSqlite): Tables {
  const large = createLargeTexts(sqlite);
  return {
    sqlite,
    texts: createTexts(sqlite),
    large,
    terms: createTermCollector(),
    textOfLarge: (number) => large.textOf(number),
  };
}
