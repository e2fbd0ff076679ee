import type { Context } from "hono";
import { hash } from "node:crypto";
import { WrittenOutput, type AnyOperation } from "../core/operation.ts";

/** An operation's output as JSON; one that was only read has a tag, and is not sent to who has it already. */
export function jsonAnswer(
  context: Context,
  operation: Pick<AnyOperation, "method" | "page">,
  { input, output }: { readonly input: unknown; readonly output: unknown },
): Response {
  const text = output instanceof WrittenOutput ? output.text : JSON.stringify(output === undefined ? null : output);
  const headers = new Headers({ "content-type": "application/json", "cache-control": "private, no-cache" });
  const link = nextPage(context, operation, { input, output });
  if (link !== null) headers.set("link", link);
  if (operation.method !== "GET") return new Response(text, { headers });
  // Weak: the same content, whatever encoding somebody on the way gives it.
  const tag = `W/"${hash("sha256", text, "base64url").slice(0, 27)}"`;
  headers.set("etag", tag);
  if (isKnown(context.req.header("if-none-match"), tag)) return new Response(null, { status: 304, headers });
  return new Response(text, { headers });
}

function isKnown(header: string | undefined, tag: string): boolean {
  if (header === undefined) return false;
  return header.trim() === "*" || header.split(",").some((known) => bare(known) === bare(tag));
}

/** `</api/runs?limit=50&before=run_…>; rel="next"`, where the list was as long as was asked for. */
function nextPage(
  context: Context,
  { page }: Pick<AnyOperation, "page">,
  { input, output }: { readonly input: unknown; readonly output: unknown },
): string | null {
  if (!page || !Array.isArray(output)) return null;
  const limit = field(input, "limit");
  const last = field(output.at(-1), page.key);
  if (typeof limit !== "number" || output.length < limit || last === undefined || last === null) return null;
  const { pathname, searchParams } = new URL(context.req.url);
  searchParams.set(page.cursor, typeof last === "string" ? last : JSON.stringify(last));
  return `<${pathname}?${searchParams.toString()}>; rel="next"`;
}

function bare(tag: string): string {
  return tag.trim().replace(/^W\//, "");
}

function field(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>)[key] : undefined;
}
