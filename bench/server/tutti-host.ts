// The product behind its web server, in a process of its own: as `tutti up` serves it, gate, token, headers and all.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { openApp } from "../../src/app.ts";
import { silentLog } from "../../src/core/log.ts";
import { guardBodies } from "../../src/engine/capability.ts";
import { HostProcess } from "../../src/host/host-process.ts";
import { serveWeb } from "../../src/server/web.ts";
import { openHome } from "../../src/storage/home.ts";
import { project } from "../contenders/tutti.ts";

const folder = process.argv[2] ?? "";
const home = openHome(folder, undefined);
const hosting = new HostProcess(home, undefined);
const app = await openApp({ home, folder: project, environment: {}, log: silentLog, hosting });
hosting.hosts(app);
guardBodies();
await app.startWorker(app.createWorker());
const tokenFile = join(home.path, "token");
const server = await serveWeb({
  operations: app.operations,
  routes: app.routes,
  tokenFile,
  host: "127.0.0.1",
  port: 0,
  assets: process.argv[3] ?? join(folder, "web"),
  log: silentLog,
});
hosting.serves(server);
process.once("disconnect", () => process.exit());
process.send?.({ url: server.url, token: readFileSync(tokenFile, "utf8").trim() });
