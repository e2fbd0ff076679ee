const words = new Set(["and", "or", "unless", "bool", "offset", "inf", "nan", "by", "without", "on", "ignoring"]);
const parts = ["_bucket", "_count", "_sum"];

/**
 * The series that an expression is over, as far as it names them. Read without a parser, which costs more than the few
 * expressions are worth: what is missed here is only told later as "no data".
 */
export function metricNames(expression: string): string[] {
  const bare = expression
    .replaceAll(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`/g, '""')
    .replaceAll(/\{[^}]*\}|\[[^\]]*\]/g, " ")
    .replaceAll(/\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g, " ");
  const names = [...bare.matchAll(/(?<![\w:.])[a-zA-Z_:][\w:]*(?![\w:]|\s*\()/g)].map(([name]) => name);
  return [...new Set(names.filter((name) => !words.has(name.toLowerCase())))];
}

/** The names that nothing has been kept of; a histogram is kept by the name of the whole. */
export function unknownNames(expression: string, known: ReadonlySet<string>): string[] {
  // Whoever asks for what is absent is content with nothing.
  if (/\babsent(?:_over_time)?\s*\(/.test(expression)) return [];
  return metricNames(expression).filter((name) => !known.has(name) && !known.has(wholeOf(name)));
}

function wholeOf(name: string): string {
  const part = parts.find((ending) => name.endsWith(ending));
  return part === undefined ? name : name.slice(0, -part.length);
}
