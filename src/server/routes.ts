import type { Context, Hono } from "hono";
import { promisify } from "node:util";
import { gunzip, inflate } from "node:zlib";
import { TuttiError } from "../core/error.ts";
import type { Route, RouteRequest } from "../core/route.ts";
import { problemResponse } from "./problem.ts";

type CallerOf = (context: Context) => string;

/**
 * Places for protocols that are not Tutti's own, beside the operations and behind the same door. They are not in the
 * OpenAPI document: what goes in and comes out is told by the documents of those protocols.
 */
export function addRoutes(app: Hono, routes: readonly Route[], callerOf: CallerOf): void {
  for (const path of new Set(routes.map((route) => route.path))) {
    const here = routes.filter((route) => route.path === path);
    app.all(path, async (context, next) => {
      // A page may have the same address: who is logged in with a browser gets that.
      if (isPageView(context, callerOf)) return next();
      const route = here.find((candidate) => methodsOf(candidate).includes(context.req.method));
      return route ? answer(route, context.req.raw) : otherMethod(context, here);
    });
  }
}

/** Whether the settings let everybody in at this target, whose token is then not asked for. */
export function openTargets(routes: readonly Route[]): (method: string | undefined, target: string) => boolean {
  const open = routes.filter(({ isOpen }) => isOpen === true);
  return (method = "", target) => {
    const [path] = target.split("?", 1);
    return open.some((route) => route.path === path && methodsOf(route).includes(method));
  };
}

function methodsOf({ method }: Route): readonly string[] {
  return method === "GET" ? ["GET", "HEAD"] : [method];
}

function isPageView(context: Context, callerOf: CallerOf): boolean {
  const { method } = context.req;
  const wantsPage = (context.req.header("accept") ?? "").includes("text/html");
  return (method === "GET" || method === "HEAD") && wantsPage && callerOf(context) === "web";
}

function otherMethod({ req }: Context, routes: readonly Route[]): Response {
  const allow = routes.flatMap(methodsOf).join(", ");
  const hint = `It takes ${allow}.`;
  const refusal = new TuttiError("request.method", `${req.path} does not take ${req.method}`, { hint });
  return problemResponse(refusal, { allow });
}

async function answer(route: Route, request: Request): Promise<Response> {
  const { status, headers, body } = await route.handle(toRouteRequest(route, request), { signal: request.signal });
  const content = typeof body === "string" ? body : new Uint8Array(body);
  return new Response(content, { status, headers: { "cache-control": "no-store", ...headers } });
}

const usualBodyBytes = 1_048_576;

function toRouteRequest({ name, mostBodyBytes = usualBodyBytes }: Route, request: Request): RouteRequest {
  const { pathname, search } = new URL(request.url);
  return {
    method: request.method,
    url: `${pathname}${search}`,
    header: (wanted) => request.headers.get(wanted) ?? undefined,
    body: async () => decoded(await read(request, { name, mostBodyBytes }), request, { name, mostBodyBytes }),
  };
}

interface BodyLimit {
  /** Of the route, for who is told of it. */
  readonly name: string;
  readonly mostBodyBytes: number;
}

async function read({ headers, body }: Request, limit: BodyLimit): Promise<Buffer> {
  // Who says so beforehand is not read at all.
  if (Number(headers.get("content-length") ?? 0) > limit.mostBodyBytes) throw tooLarge(limit);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > limit.mostBodyBytes) throw tooLarge(limit);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, bytes);
}

const decoders = { gzip: promisify(gunzip), deflate: promisify(inflate) };
const encodings = Object.keys(decoders);

/** What small bytes unfold to is held to the same limit, and never unfolded further. */
async function decoded(body: Buffer, { headers }: Request, limit: BodyLimit): Promise<Uint8Array> {
  const encoding = (headers.get("content-encoding") ?? "identity").trim().toLowerCase();
  if (encoding === "identity") return body;
  if (encoding !== "gzip" && encoding !== "deflate") {
    throw new TuttiError("request.unsupported", `${limit.name} does not take the content encoding ${encoding}`, {
      hint: `It takes ${encodings.join(", ")}, and bodies without one.`,
    });
  }
  try {
    return await decoders[encoding](body, { maxOutputLength: limit.mostBodyBytes });
  } catch (error) {
    if (error instanceof RangeError) throw tooLarge(limit);
    throw new TuttiError("request.malformed", `the body is not ${encoding}`, { cause: error });
  }
}

function tooLarge({ name, mostBodyBytes }: BodyLimit): TuttiError {
  return new TuttiError("request.too_large", `the body for ${name} has more than ${mostBodyBytes} bytes`, {
    hint: "Send less at once.",
    data: { mostBytes: mostBodyBytes },
  });
}
