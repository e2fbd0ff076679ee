import { fileURLToPath } from "node:url";
import type { App } from "../app.ts";
import type { Worker } from "../engine/capability.ts";
import { serverSection } from "../hosting.ts";
import type { ConnectOptions, Served } from "../sdk/connection.ts";
import { serveWeb } from "../server/web.ts";
import type { Home } from "../storage/home.ts";
import type { HostProcess } from "./host-process.ts";
import { tokenPath } from "./place.ts";
import { version } from "./version.ts";
import { watchGround } from "./watch.ts";

export interface HostToServe {
  readonly home: Home;
  readonly options: ConnectOptions;
  readonly app: App;
  readonly worker: Worker | undefined;
  readonly hosting: HostProcess;
  /** Ends what is begun here. */
  readonly stack: AsyncDisposableStack;
}

/** Makes a host one that stays: it serves the API and the web UI, and sees what it stands on. */
export async function serve({ home, options, app, worker, hosting, stack }: HostToServe): Promise<Served> {
  const { host, port, allowedHosts } = app.config.get(serverSection);
  const web = stack.use(
    await serveWeb({
      operations: app.operations,
      tokenFile: tokenPath(home.path),
      host,
      port,
      allowedHosts,
      assets: assets(),
      version: version(),
      log: options.log,
    }),
  );
  hosting.serves(web);
  const isIdle = (): boolean => worker?.isIdle ?? true;
  const ground = stack.use(watchGround({ home, options, config: app.config, port: web.port, isIdle }));
  const told = hosting.toldToStop.then(() => ({ kind: "told" as const }));
  const ended = Promise.race([told, ground.ended]);
  // Whoever serves looks at it when the start is over; until then a rejection is nobody's.
  ended.catch(() => undefined);
  return {
    url: web.url,
    host,
    wantedPort: port,
    tokenFile: tokenPath(home.path),
    bootMs: hosting.bootMs,
    createLink: (path) => web.createLink(path),
    ended,
  };
}

/** The built web UI, which lies beside the built program; from source, where the build puts it. */
function assets(): string {
  const isSource = import.meta.filename.endsWith(".ts");
  return fileURLToPath(new URL(isSource ? "../../dist/web" : "../web", import.meta.url));
}
