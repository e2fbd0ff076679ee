const entities: Readonly<Record<string, string>> = { "<": "&lt;", ">": "&gt;", "&": "&amp;" };

/** Text from a repository or a model, made harmless in Markdown: nothing in it may become a heading, a link or HTML. */
export function escapeText(text: string): string {
  const escaped = visible(text).replace(
    /[\\`*_{}[\]<>#|!&~$]/g,
    (character) => entities[character] ?? `\\${character}`,
  );
  // An address becomes a link by itself on most sites.
  return escaped.replaceAll("://", ":\\//").replace(/\bwww\./gi, "www\\.");
}

/** A code span that holds any text, also inside a table. */
export function code(text: string): string {
  const shown = visible(text).replaceAll("|", "\\|");
  const fence = "`".repeat(Math.max(0, ...(shown.match(/`+/g) ?? []).map((run) => run.length)) + 1);
  const pad = /^`|`$|^ .* $/.test(shown) ? " " : "";
  return `${fence}${pad}${shown}${pad}${fence}`;
}

const named: Readonly<Record<string, string>> = { "\n": "\\n", "\t": "\\t", "\r": "\\r" };
// Control characters, and the ones that turn the direction of writing: a terminal or page would obey them.
const hidden = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu;

/** Text on one line, with every control character written out. */
export function visible(text: string): string {
  return text.replace(hidden, (character) => {
    const hex = character.charCodeAt(0).toString(16).padStart(4, "0");
    return named[character] ?? `\\u${hex}`;
  });
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
