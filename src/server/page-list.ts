import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** An operation whose answer a page needs at once. */
export interface BootCall {
  readonly operation: string;
  /** `?q` stands for the `q` of the page's address; without one the field is left out. `:id` is a part of its path. */
  readonly input?: Readonly<Record<string, unknown>>;
}

/** What the build of the web UI tells of its pages, so that a browser need not find out step by step. */
export interface PageList {
  /** Of each page, whatever it is. */
  readonly everywhere: readonly BootCall[];
  readonly pages: readonly PageFacts[];
}

export interface PageFacts {
  /** `/runs/:id`: a part that begins with a colon is any. */
  readonly path: string;
  /** Its scripts and styles, beside those that the page names itself. */
  readonly files: readonly string[];
  readonly calls: readonly BootCall[];
}

/** What one address begins with. */
export interface Beginning {
  readonly files: readonly string[];
  readonly calls: readonly BootCall[];
}

const nothing: PageList = { everywhere: [], pages: [] };

/** The list that lies beside the page; an empty one where there is none: the page then asks for everything itself. */
export async function readPageList(folder: string): Promise<PageList> {
  try {
    return JSON.parse(await readFile(join(folder, "pages.json"), "utf8")) as PageList;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return nothing;
    throw error;
  }
}

/** The files of the page and of those that it lies in, and the calls of the page itself. */
export function beginningOf({ everywhere, pages }: PageList, { pathname, searchParams }: URL): Beginning {
  const fitting = pages.flatMap((page) => {
    const found = matchOf(page.path, pathname);
    return found ? [{ page, found }] : [];
  });
  const whole = fitting.find(({ found }) => found.isWhole);
  const calls = (whole?.page.calls ?? []).map(({ operation, input = {} }) => ({
    operation,
    input: filled(input, { parts: whole?.found.parts ?? {}, searchParams }),
  }));
  return { files: [...new Set(fitting.flatMap(({ page }) => page.files))], calls: [...everywhere, ...calls] };
}

interface Match {
  readonly isWhole: boolean;
  readonly parts: Readonly<Record<string, string>>;
}

function matchOf(pattern: string, pathname: string): Match | null {
  const wanted = pattern.split("/").filter(Boolean);
  const given = pathname.split("/").filter(Boolean);
  const isWhole = wanted.length === given.length;
  // Everything lies below "/", but the page there is not a part of others.
  if (given.length < wanted.length || (wanted.length === 0 && !isWhole)) return null;
  const pairs = wanted.map((part, index) => [part, given[index] ?? ""] as const);
  if (pairs.some(([part, value]) => !part.startsWith(":") && part !== value)) return null;
  const parts = pairs.filter(([part]) => part.startsWith(":")).map(([part, value]) => [part, decoded(value)]);
  return { isWhole, parts: Object.fromEntries(parts) as Record<string, string> };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // no text in any encoding: whatever is asked by it will not be there
  }
}

interface Address {
  readonly parts: Match["parts"];
  readonly searchParams: URLSearchParams;
}

function filled(input: Readonly<Record<string, unknown>>, { parts, searchParams }: Address): Record<string, unknown> {
  const fields = Object.entries(input).flatMap(([key, value]): [string, unknown][] => {
    if (typeof value !== "string") return [[key, value]];
    if (value.startsWith("?")) {
      const given = searchParams.get(value.slice(1));
      return given ? [[key, given]] : [];
    }
    return [[key, parts[value] ?? value]];
  });
  return Object.fromEntries(fields);
}
