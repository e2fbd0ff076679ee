import type { Role } from "./operation.ts";

/** A request as it came in over HTTP; its body is read only where it is asked for, once. */
export interface RouteRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  /** The value of a header, by any writing of its name. */
  readonly header: (name: string) => string | undefined;
  /**
   * The bytes that were meant: what came with a `Content-Encoding` is decoded. `request.too_large` above the route's limit,
   * before and after that; `request.unsupported` for an encoding that is not known; `request.malformed` where it is another.
   */
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
  /** The most that a body has, as it comes and decoded, bytes; 1 MiB unless given. */
  readonly mostBodyBytes?: number;
  /** The settings let callers in without a token; Host and Origin are checked all the same. Default: false. */
  readonly isOpen?: boolean;
  handle(request: RouteRequest, context: { readonly signal: AbortSignal }): Promise<RouteAnswer>;
}
