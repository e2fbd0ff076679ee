/** The command that shows what is behind a list that is as long as was asked for, as a shell has to be given it. */
export function olderRuns(input: Readonly<Record<string, unknown>>, limit: unknown, result: unknown): string | null {
  if (!Array.isArray(result) || result.length === 0 || result.length !== limit) return null;
  const { id } = result.at(-1) as { readonly id: string };
  const { before: _earlier, query, ...filters } = input;
  const flags = Object.entries(filters).flatMap(([key, value]) =>
    value === true ? [`--${key}`] : [`--${key}`, quoted(String(value))],
  );
  // Behind `--`, since a query may begin as a flag does.
  const words = typeof query === "string" ? [...(query.startsWith("-") ? ["--"] : []), quoted(query)] : [];
  return ["tutti run list", ...flags, "--before", id, ...words].join(" ");
}

function quoted(word: string): string {
  return /^[\w./:@%+,-]+$/.test(word) && !word.startsWith("-") ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
