import type { Role } from "./operation.ts";

/** Bytes in, as they came in over HTTP; `body` is read by who wants it. */
export interface RouteRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  /** The value of a header, by any writing of its name. */
  header(name: string): string | undefined;
  /** `request.too_large` above the route's limit. */
  body(): Promise<Uint8Array>;
}

export interface RouteAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

/**
 * A place for programs that speak a protocol of their own, such as a scraper or an exporter: bytes in, bytes out, at an
 * address that the protocol names. Whatever is Tutti's own is an operation.
 */
export interface Route {
  readonly name: string;
  readonly summary: string;
  readonly method: "GET" | "POST";
  /** The whole path: `/metrics`. Not below `/api`, which is the operations'. */
  readonly path: string;
  readonly role: Role;
  /** The most that is read of a body as it comes, bytes. */
  readonly mostBodyBytes?: number;
  /** True where the settings let callers in without a token; Host and Origin are checked all the same. Default: false. */
  readonly isOpen?: boolean;
  handle(request: RouteRequest, context: { readonly signal: AbortSignal }): Promise<RouteAnswer>;
}
