import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { connect } from "../../src/host/connect.ts";
import { silentLog, type Log } from "../../src/core/log.ts";
import type { Client } from "../../src/sdk/client.ts";
import { serveWeb, type WebServer, type WebServerOptions } from "../../src/server/web.ts";
import { startOllamaServer, type OllamaServer, type OllamaServerOptions } from "./ollama-server.ts";

export interface WebProduct extends AsyncDisposable {
  readonly server: WebServer;
  readonly client: Client;
  readonly token: string;
  readonly folder: string;
  readonly ollama: OllamaServer;
  /** A call with the token. */
  ask(path: string, init?: RequestInit): Promise<Response>;
  /** Writes a flow; `rest` is what stands behind its name in `flow({ … })`. In it, `opened(name)` waits until `open(name)`. */
  flow(name: string, rest: string): void;
  open(gate: string): void;
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
  models = { models: ["tiny-chat"], reply: "hello there" },
  files,
  ...given
}: Partial<WebServerOptions> & {
  environment?: Readonly<Record<string, string>>;
  /** What lies in the folder, instead of some small flows. */
  files?: Readonly<Record<string, string>>;
  /** Of the model server that is scripted. */
  models?: OllamaServerOptions;
  log?: Log;
} = {}): Promise<WebProduct> {
  const stack = new AsyncDisposableStack();
  const around = mkdtempSync(join(tmpdir(), "tutti-product-"));
  stack.defer(() => rmSync(around, { recursive: true, force: true }));
  const folder = join(around, "harbour");
  mkdirSync(join(folder, "flows"), { recursive: true });
  for (const [path, text] of Object.entries(files ?? {})) writeFileSync(join(folder, path), text);
  for (const [name, rest] of files ? [] : Object.entries(flows)) writeFlow(folder, name, rest);
  const ollama = stack.use(await startOllamaServer(models));
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
    ollama,
    flow: (name, rest) => writeFlow(folder, name, rest),
    open: (gate) => writeFileSync(join(folder, `${gate}.gate`), ""),
    ask: (path, init = {}) =>
      fetch(`${server.url}${path}`, {
        ...init,
        headers: { authorization: `Bearer ${token}`, ...(init.headers as Record<string, string>) },
      }),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

function writeFlow(folder: string, name: string, rest: string): void {
  const entry = relative(join(folder, "flows"), join(root, "src", "index.ts"));
  const text = `import { existsSync } from "node:fs";
import { setTimeout as later } from "node:timers/promises";
import { flow, z } from "${entry}";
const opened = async (gate: string): Promise<void> => {
  while (!existsSync(${JSON.stringify(folder)} + "/" + gate + ".gate")) await later(20);
};
export default flow({ name: "${name}", ${rest} });
`;
  writeFileSync(join(folder, "flows", `${name}.ts`), text);
}
