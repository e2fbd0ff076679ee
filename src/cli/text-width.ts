// East Asian letters and pictures take two columns; marks that stand on the letter before them take none.
const wide =
  /[\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6\u{1F300}-\u{1F64F}\u{1F680}-\u{1F6FF}\u{1F900}-\u{1F9FF}\u{20000}-\u{3FFFD}]/u;
const placeless = /^(?:\p{Mn}|\p{Me}|\p{Cf})$/u;

/** Columns that a text takes on a terminal, near enough: fonts differ about the rest. */
export function columnsOf(text: string): number {
  // Most texts are plain, and tables measure a lot of them.
  if (/^[\u0020-\u02FF]*$/.test(text)) return text.length;
  let columns = 0;
  for (const letter of text) columns += placeless.test(letter) ? 0 : wide.test(letter) ? 2 : 1;
  return columns;
}

/** As much of a text as fits, with a sign that there was more. */
export function cutText(text: string, width: number): string {
  if (columnsOf(text) <= width) return text;
  let kept = "";
  let used = 1;
  for (const letter of text) {
    used += columnsOf(letter);
    if (used > width) break;
    kept += letter;
  }
  return `${kept}…`;
}
