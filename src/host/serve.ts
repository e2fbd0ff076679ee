import { fileURLToPath } from "node:url";
import type { App } from "../app.ts";
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
  readonly isIdle: () => boolean;
  readonly hosting: HostProcess;
  /** Closes the server. */
  readonly stack: AsyncDisposableStack;
}

export interface Serving {
  readonly served: Served;
  /** For who ends the host to end first: what changes then is for the next one. */
  readonly ground: Disposable;
}

/** Makes a host one that stays: it serves the API and the web UI, and sees what it stands on. */
export async function serve({ home, options, app, isIdle, hosting, stack }: HostToServe): Promise<Serving> {
  const { host, port, allowedHosts } = app.config.get(serverSection);
  const web = stack.use(
    await serveWeb({
      operations: app.operations,
      routes: app.routes,
      tokenFile: tokenPath(home.path),
      host,
      port,
      allowedHosts,
      assets: assets(),
      version: version(),
      log: app.log,
    }),
  );
  hosting.serves(web);
  const ground = watchGround({
    home,
    options: { ...options, log: app.log },
    config: app.config,
    port: web.port,
    isIdle,
  });
  const told = hosting.toldToStop.then(() => ({ kind: "told" as const }));
  const ended = Promise.race([told, ground.ended]);
  // Whoever serves looks at it when the start is over; until then a rejection is nobody's.
  ended.catch(() => undefined);
  const served: Served = {
    url: web.url,
    host,
    wantedPort: port,
    tokenFile: tokenPath(home.path),
    bootMs: hosting.bootMs,
    log: app.log,
    createLink: (path) => web.createLink(path),
    ended,
  };
  return { served, ground };
}

/** The built web UI, which lies beside the built program; from source, where the build puts it. */
function assets(): string {
  const isSource = import.meta.filename.endsWith(".ts");
  return fileURLToPath(new URL(isSource ? "../../dist/web" : "../web", import.meta.url));
}
