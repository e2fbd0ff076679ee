import type { SyncSqlite } from "../../storage/sqlite-sync.ts";

/** Short texts that come again and again, each kept once and called by its number from then on. */
export interface Texts {
  /** The number of a text; 0 where its pool is full: then it stands where it is used. */
  numberOf(pool: number, text: string): number;
  textOf(number: number): string;
  /** What a transaction added that was rolled back. */
  forget(): void;
}

export const namePool = 1;
export const keyPool = 2;
export const originPool = 3;
/** Each attribute has a pool of its own, so that ids in one of them do not use up the place of models in another. */
export const valuePool = (key: number): number => 16 + key;

const mostInPool: Readonly<Record<number, number>> = { [namePool]: 10_000, [keyPool]: 4_000, [originPool]: 4_000 };
// Beyond it an attribute has the values of an id, which do not come again.
const mostValues = 1_000;
const mostOfAll = 200_000;

export function createTexts(sqlite: SyncSqlite): Texts {
  let pools = new Map<number, Map<string, number>>();
  let byNumber = new Map<number, string>();

  function learn(pool: number, text: string, number: number): number {
    const known = pools.get(pool) ?? new Map<string, number>();
    if (known.size === 0) pools.set(pool, known);
    known.set(text, number);
    byNumber.set(number, text);
    return number;
  }

  function load(): void {
    pools = new Map();
    byNumber = new Map();
    const rows = sqlite.all<{ id: number; pool: number; text: string }>("select id, pool, text from texts");
    for (const { id, pool, text } of rows) learn(pool, text, id);
  }

  /** Another process may have written it meanwhile. */
  function find(pool: number, text: string): number | undefined {
    return sqlite.first<{ id: number }>("select id from texts where pool = ? and text = ?", pool, text)?.id;
  }

  function add(pool: number, text: string): number {
    const most = mostInPool[pool] ?? mostValues;
    if ((pools.get(pool)?.size ?? 0) >= most || byNumber.size >= mostOfAll) return 0;
    const found = find(pool, text);
    if (found !== undefined) return learn(pool, text, found);
    const [row] = sqlite.all<{ id: number }>("insert into texts (pool, text) values (?, ?) returning id", pool, text);
    return learn(pool, text, row?.id ?? 0);
  }

  load();
  return {
    numberOf: (pool, text) => pools.get(pool)?.get(text) ?? add(pool, text),
    textOf(number) {
      const known = byNumber.get(number);
      if (known !== undefined) return known;
      const row = sqlite.first<{ pool: number; text: string }>("select pool, text from texts where id = ?", number);
      if (row !== undefined) learn(row.pool, row.text, number);
      return row?.text ?? "";
    },
    forget: load,
  };
}
