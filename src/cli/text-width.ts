import measure from "fast-string-truncated-width";

/** Columns that a text takes on a terminal: East Asian letters and pictures two, marks on other letters none. */
export function columnsOf(text: string): number {
  return measure(text).width;
}

/** As much of a text as fits, with a sign that there was more. */
export function cutText(text: string, width: number): string {
  const { index, ellipsed } = measure(text, { limit: width, ellipsis: "…" });
  if (!ellipsed) return text.slice(0, index);
  let end = index;
  // The library leaves out signs such as ✓ and █ that stand before the letters at which it cuts, and so cuts too late.
  for (let over = overBy(text, end, width); over > 0; over = overBy(text, end, width)) end -= Math.ceil(over / 2);
  return `${text.slice(0, end)}…`;
}

function overBy(text: string, end: number, width: number): number {
  return columnsOf(text.slice(0, end)) + 1 - width;
}
