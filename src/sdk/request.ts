import { TuttiError } from "../core/error.ts";

/** What the client has to know of an operation. */
export interface OperationPlace {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  /** Twice is as good as once, so it may be sent again. */
  readonly idempotent?: boolean;
}

export type Input = Readonly<Record<string, unknown>>;

export interface RequestOptions {
  /** Where `/api` lies. */
  readonly base: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The request of an operation: input goes into the path, then into the query or a JSON body. */
export function toRequest(
  { method, path }: Pick<OperationPlace, "method" | "path">,
  input: Input,
  options: RequestOptions,
): Request {
  const rest = new Map(Object.entries(input).filter(([, value]) => value !== undefined));
  const filled = path.replaceAll(/:(\w+)/g, (_all, key: string) => {
    const given = rest.get(key) ?? "";
    if (given === "") throw new TuttiError("usage.invalid", `${key} is missing`);
    rest.delete(key);
    return encodeURIComponent(toText(given));
  });
  const { base, headers = {}, signal } = options;
  const url = new URL(`${base}/api${filled}`);
  const init = { method, ...(signal ? { signal } : {}) };
  if (method === "GET" || method === "DELETE") {
    for (const [key, value] of rest) url.searchParams.set(key, toText(value));
    return new Request(url, { ...init, headers });
  }
  const body = JSON.stringify(Object.fromEntries(rest));
  return new Request(url, { ...init, headers: { ...headers, "content-type": "application/json" }, body });
}

/** The names in a path, in order: `/runs/:id` has `id`. */
export function keysOfPath(path: string): string[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, key = ""]) => key);
}

function toText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
