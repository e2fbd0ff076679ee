/** The query of the next page as a `Link` header (RFC 8288) names it; null where this is the last page. */
export function nextQuery(header: string | null): Record<string, string> | null {
  for (const [, address = "", parameters = ""] of header?.matchAll(/<([^>]*)>([^<]*)/g) ?? []) {
    if (!/;\s*rel\s*=\s*(?:next\b|"[^"]*\bnext\b[^"]*")/i.test(parameters)) continue;
    // Only the query is taken: where the list lies is known, and a link must not lead the token elsewhere.
    return Object.fromEntries(new URL(address, "http://localhost").searchParams);
  }
  return null;
}
