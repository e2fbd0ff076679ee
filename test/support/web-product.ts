import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { connect } from "../../src/host/connect.ts";
import { silentLog, type Log } from "../../src/core/log.ts";
import type { Client } from "../../src/sdk/client.ts";
import { serveWeb, type WebServer, type WebServerOptions } from "../../src/server/web.ts";
import { startOllamaServer } from "./ollama-server.ts";

export interface WebProduct extends AsyncDisposable {
  readonly server: WebServer;
  readonly client: Client;
  readonly token: string;
  readonly folder: string;
  /** A call with the token. */
  ask(path: string, init?: RequestInit): Promise<Response>;
}

const root = join(import.meta.dirname, "..", "..");

const flows: Readonly<Record<string, string>> = {
  hello: `input: z.object({ name: z.string().optional() }),
  run: (step, { name }) => step.run("greet", () => \`Hello, \${name ?? "you"}\`),`,
  asks: `run: (step) => step.review("look", { title: "Is it good?", payload: { a: 1 }, choices: ["yes", "no"] }),`,
  fails: `run: (step) => step.run("break", () => { throw new Error("broken"); }, { retry: { attempts: 1 } }),`,
};

/** The whole product behind its web server, in a folder of its own: some flows, some runs, a model server that is scripted. */
export async function serveProduct({
  environment = {},
  ...given
}: Partial<WebServerOptions> & {
  environment?: Readonly<Record<string, string>>;
  log?: Log;
} = {}): Promise<WebProduct> {
  const stack = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), "tutti-product-"));
  stack.defer(() => rmSync(folder, { recursive: true, force: true }));
  writeFlows(folder);
  const ollama = stack.use(await startOllamaServer({ models: ["tiny-chat"], reply: "hello there" }));
  const { log = silentLog } = given;
  const host = await connect({
    cwd: folder,
    environment: { OLLAMA_HOST: ollama.url, ...environment },
    flags: {},
    takeRuns: true,
    write: true,
    log,
  });
  if (!host) throw new Error("no host");
  stack.use(host);
  const tokenFile = join(host.home, "token");
  const server = stack.use(
    await serveWeb({
      operations: host.operations,
      host: "127.0.0.1",
      port: 0,
      assets: join(folder, "web"),
      log,
      ...given,
      tokenFile,
    }),
  );
  const token = readFileSync(tokenFile, "utf8").trim();
  return {
    server,
    client: host.client,
    token,
    folder,
    ask: (path, init = {}) =>
      fetch(`${server.url}${path}`, {
        ...init,
        headers: { authorization: `Bearer ${token}`, ...(init.headers as Record<string, string>) },
      }),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

function writeFlows(folder: string): void {
  mkdirSync(join(folder, "flows"));
  const entry = relative(join(folder, "flows"), join(root, "src", "index.ts"));
  for (const [name, body] of Object.entries(flows)) {
    const text = `import { flow, z } from "${entry}";\nexport default flow({ name: "${name}", ${body} });\n`;
    writeFileSync(join(folder, "flows", `${name}.ts`), text);
  }
}
