import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { openApp, type App } from "../../src/app.ts";
import { silentLog } from "../../src/core/log.ts";
import { serveWeb, type WebServer } from "../../src/server/web.ts";
import { openHome } from "../../src/storage/home.ts";

const source = pathToFileURL(join(import.meta.dirname, "../../src/index.ts")).href;

const greet = `import { flow, z } from "${source}";
export default flow({
  name: "greet",
  input: z.object({ name: z.string() }),
  run: async (step, { name }) => step.run("greet", () => ({ text: "Hello, " + name })),
});
`;

/** The whole product in a folder of its own, with the flow `greet`, and a web server before it that can go and come back. */
export interface SdkHost extends AsyncDisposable {
  readonly app: App;
  readonly folder: string;
  readonly token: string;
  readonly server: WebServer;
  stopServer(): Promise<void>;
  /** On the port that it had. */
  startServer(): Promise<void>;
}

export async function openSdkHost(files: Readonly<Record<string, string>> = {}): Promise<SdkHost> {
  const stack = new AsyncDisposableStack();
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "tutti-sdk-")));
  stack.defer(() => rmSync(folder, { recursive: true, force: true }));
  for (const [path, text] of Object.entries({ "flows/greet.ts": greet, ...files })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const environment = { PATH: process.env["PATH"], OLLAMA_HOST: "http://127.0.0.1:9" };
  const app = stack.use(await openApp({ home: openHome(folder, undefined), folder, environment, log: silentLog }));
  const worker = app.createWorker();
  stack.use(await app.startWorker(worker));
  stack.defer(() => worker.stop(1_000));
  const tokenFile = join(folder, ".tutti", "token");
  const serve = (port: number): Promise<WebServer> =>
    serveWeb({
      operations: app.operations,
      tokenFile,
      host: "127.0.0.1",
      port,
      assets: join(folder, "web"),
      log: silentLog,
    });
  let server = await serve(0);
  const stopServer = async (): Promise<void> => server[Symbol.asyncDispose]();
  stack.defer(stopServer);
  return {
    app,
    folder,
    token: readFileSync(tokenFile, "utf8").trim(),
    get server() {
      return server;
    },
    stopServer,
    async startServer() {
      server = await serve(server.port);
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
