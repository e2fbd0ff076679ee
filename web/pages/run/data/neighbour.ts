import { tutti } from "../../../data/api.ts";

/** Where the list of runs leaves its order, for `j` and `k` on the page of one. */
export const runOrderKey = "tutti.run-order";

/** The run after or before another in the list it was opened from, else among all runs; null at an end. */
export async function neighbourOf({ id }: { readonly id: string }, by: number): Promise<string | null> {
  const known = readOrder();
  const at = known.indexOf(id);
  if (at >= 0) {
    const found = known[at + by];
    if (found !== undefined) return found;
  }
  if (by > 0) return (await tutti.run.list({ before: id, limit: 1 }))[0]?.id ?? null;
  const newest = await tutti.run.list({ limit: 200 });
  const place = newest.findIndex((run) => run.id === id);
  return place > 0 ? (newest[place - 1]?.id ?? null) : null;
}

function readOrder(): readonly string[] {
  const text = sessionStorage.getItem(runOrderKey);
  if (text === null) return [];
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
  } catch {
    // Somebody else's entry: the runs are asked for.
    return [];
  }
}
