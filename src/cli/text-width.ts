import measure from "fast-string-truncated-width";

/** Columns that a text takes on a terminal: East Asian letters and pictures two, marks on other letters none. */
export function columnsOf(text: string): number {
  return measure(text).width;
}

/** As much of a text as fits, with a sign that there was more. */
export function cutText(text: string, width: number): string {
  const { index, ellipsed } = measure(text, { limit: width, ellipsis: "…" });
  return ellipsed ? `${text.slice(0, index)}…` : text.slice(0, index);
}
