import { serveStatic } from "@hono/node-server/serve-static";
import type { Context, Hono, MiddlewareHandler } from "hono";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { TuttiError } from "../core/error.ts";
import { withBoot, withFiles, type Boot } from "./boot.ts";
import { beginningOf, readPageList, type BootCall } from "./page-list.ts";
import { problemPage } from "./page.ts";
import { problemResponse, toProblem } from "./problem.ts";

export interface AssetOptions {
  /** The folder of the built web UI; it may be missing. */
  readonly folder: string;
  readonly boot: (calls: readonly BootCall[]) => Promise<Boot>;
}

// The build gives these a hash in their names.
const hashed = /^\/assets\//;

/** The web UI: its files, and its one page for every other address that is not the API's. */
export function addAssets(app: Hono, { folder, boot }: AssetOptions): void {
  const files = filesOf(folder);
  app.get("*", async (context, next) => {
    const { path } = context.req;
    if (path === "/api" || path.startsWith("/api/")) return next();
    if (path !== "/" && path !== "/index.html") {
      const file = await files(context, async () => undefined);
      if (file) return file;
      if (hashed.test(path)) return problemResponse(new TuttiError("request.missing", `there is nothing at ${path}`));
    }
    return page(context, { folder, boot });
  });
}

function filesOf(folder: string): MiddlewareHandler {
  if (!existsSync(folder)) return async () => undefined;
  return serveStatic({
    root: folder,
    precompressed: true,
    // The page is not a file among others: it gets its boot data.
    index: "none",
    onFound: (_path, context) => {
      const isHashed = hashed.test(context.req.path);
      context.header("cache-control", isHashed ? "public, max-age=31536000, immutable" : "no-cache");
    },
  });
}

async function page(context: Context, { folder, boot }: AssetOptions): Promise<Response> {
  const [html, list] = await Promise.all([readPage(join(folder, "index.html")), readPageList(folder)]);
  if (html === null) return missingPage();
  const { files, calls } = beginningOf(list, new URL(context.req.url));
  const data = await boot(calls);
  return context.html(withBoot(withFiles(html, files), data), 200, { "cache-control": "private, no-cache" });
}

async function readPage(path: string): Promise<string | null> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}

function missingPage(): Response {
  const error = new TuttiError("request.missing", "the web UI is not part of this installation", {
    hint: "In a clone, `npm run build` makes it. The API works without it.",
  });
  const { body, headers } = problemPage(error);
  return new Response(body, { status: toProblem(error).status, headers });
}
