import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { Log } from "../../../src/core/log.ts";
import type { BootCall, PageList } from "../../../src/server/page-list.ts";
import { serveWeb, type WebServer, type WebServerOptions } from "../../../src/server/web.ts";
import { madeUpOperations } from "./made-up.ts";

export const page = `<!doctype html><html><head><title>Tutti</title><script type="application/json" id="boot"></script></head><body></body></html>`;

export interface Served extends AsyncDisposable {
  readonly server: WebServer;
  readonly token: string;
  readonly tokenFile: string;
  readonly assets: string;
  readonly logged: readonly { readonly event: string; readonly fields: unknown }[];
  /** A call with the token. */
  ask(path: string, init?: RequestInit): Promise<Response>;
}

export interface ServedOptions extends Partial<WebServerOptions> {
  /** What the build of the web UI has told of its pages. */
  readonly pages?: PageList;
}

/** A list of pages that each begin with these calls. */
export function beginningWith(...everywhere: readonly BootCall[]): PageList {
  return { everywhere, pages: [] };
}

/** A web server over made-up operations, with a folder of its own. */
export async function serve({ pages, ...given }: ServedOptions = {}): Promise<Served> {
  const folder = mkdtempSync(join(tmpdir(), "tutti-web-"));
  const tokenFile = given.tokenFile ?? join(folder, "token");
  const assets = join(folder, "web");
  mkdirSync(join(assets, "assets"), { recursive: true });
  writeFileSync(join(assets, "index.html"), page);
  writeFileSync(join(assets, "assets", "app-1a2b3c.js"), "plain()");
  writeFileSync(join(assets, "assets", "app-1a2b3c.js.br"), "brotli");
  writeFileSync(join(assets, "icon.svg"), "<svg/>");
  if (pages) writeFileSync(join(assets, "pages.json"), JSON.stringify(pages));
  const logged: { event: string; fields: unknown }[] = [];
  const write = (event: string, fields?: unknown): void => void logged.push({ event, fields });
  const log: Log = { debug: write, info: write, warn: write, error: write };
  const server = await serveWeb({
    operations: madeUpOperations(),
    host: "127.0.0.1",
    port: 0,
    log,
    assets,
    ...given,
    tokenFile,
  });
  const token = readFileSync(tokenFile, "utf8").trim();
  return {
    server,
    token,
    tokenFile,
    assets,
    logged,
    ask: (path, init = {}) =>
      fetch(`${server.url}${path}`, {
        redirect: "manual",
        ...init,
        headers: { authorization: `Bearer ${token}`, ...(init.headers as Record<string, string>) },
      }),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Sends bytes as they are, and gives all that comes until the other side closes. */
export async function raw(port: number, request: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  // An answer may come before all is sent.
  socket.on("error", () => undefined);
  socket.write(request);
  return text(socket);
}

export function statusOf(answer: string): number {
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0);
}

export function problemIn(answer: string): { code: string; status: number; detail: string; hint: string | null } {
  const body = answer.slice(answer.indexOf("\r\n\r\n") + 4);
  return JSON.parse(body.slice(body.indexOf("{"), body.lastIndexOf("}") + 1)) as ReturnType<typeof problemIn>;
}
