/** One word of a query as it is written: `status:failed`, `-flow:triage`, `error:"no space"`, `words`. */
export interface Term {
  readonly text: string;
  readonly key: string | null;
  readonly value: string;
  readonly isNot: boolean;
}

/** Cuts a query into its terms. What they mean is the daemon's to say; here they only become chips. */
export function termsOf(query: string): readonly Term[] {
  return [...query.matchAll(/(-?)(?:([a-z]+):)?("(?:[^"\\]|\\.)*"?|\S+)/gi)].map(
    ([text, not = "", key, value = ""]) => ({
      text,
      key: key ?? null,
      value: unquoted(value),
      isNot: not === "-",
    }),
  );
}

/** The query without a term. */
export function without(query: string, term: string): string {
  return termsOf(query)
    .map(({ text }) => text)
    .filter((text) => text !== term)
    .join(" ");
}

/** The query with `key:value` in place of what it said of the key before; null takes the key away. */
export function withTerm(query: string, key: string, value: string | null): string {
  const others = termsOf(query).filter((term) => term.key !== key || term.isNot);
  return [...others.map(({ text }) => text), ...(value === null ? [] : [`${key}:${quoted(value)}`])].join(" ");
}

/** The query with a term more, if it is not in it. */
export function andTerm(query: string, term: string): string {
  const texts = termsOf(query).map(({ text }) => text);
  return texts.includes(term) ? query : [...texts, term].join(" ");
}

/** The values that the query asks of a key: `status:failed,waiting` asks two. */
export function valuesOf(query: string, key: string): readonly string[] {
  return termsOf(query).flatMap((term) => (term.key === key && !term.isNot ? term.value.split(",") : []));
}

/** With quotes where it would be cut or read as something else. */
export function quoted(value: string): string {
  return /^[^\s",:-][^\s",]*$/.test(value) ? value : JSON.stringify(value);
}

function unquoted(value: string): string {
  if (!value.startsWith('"')) return value;
  return value.replace(/^"|"$/g, "").replaceAll(/\\(.)/g, "$1");
}
