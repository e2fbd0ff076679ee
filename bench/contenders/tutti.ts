import { fileURLToPath } from "node:url";
import { openApp, type App } from "../../src/app.ts";
import type { RunRecord } from "../../src/core/step.ts";
import { silentLog } from "../../src/core/log.ts";
import { guardBodies } from "../../src/engine/capability.ts";
import { createClient } from "../../src/sdk/client.ts";
import { createHttpApp } from "../../src/server/http.ts";
import { openHome } from "../../src/storage/home.ts";
import type { Contender, OpenContender } from "../contender.ts";
import { untilTrue } from "../until.ts";
import { watchEnds } from "./commit-watch.ts";

/** The folder whose `flows/` the app loads; the data lies elsewhere. */
export const project = fileURLToPath(new URL("..", import.meta.url));

/** The whole product as src/app.ts puts it together, with a worker as its host starts it. */
export const tutti: Contender = {
  async open(folder) {
    const host = await openHost(folder);
    const { app } = host;
    const ended = watchEnds(app.database);
    return hosted(host, async () => {
      const id = await app.engine.control.start({ flow: "four-steps" });
      await ended(id);
    });
  },
  replay: { prepare: prepareReplay, resume: resumeReplay },
};

/** The same by way of its operations: what a command or a client in the same process goes through. */
export const tuttiSdk: Contender = {
  async open(folder) {
    const host = await openHost(folder);
    const { operations } = host.app;
    const http = createHttpApp(operations, { caller: "sdk" });
    const client = createClient(async (request) => http.fetch(request), operations);
    return hosted(host, async () => {
      const { id } = (await client.call("run.start", { flow: "four-steps" })) as RunRecord;
      await client.call("run.watch", { id });
    });
  },
};

interface Host extends AsyncDisposable {
  readonly app: App;
}

async function openHost(folder: string): Promise<Host> {
  const stack = new AsyncDisposableStack();
  const environment = {};
  const app = stack.use(
    await openApp({ home: openHome(folder, undefined), folder: project, environment, log: silentLog }),
  );
  stack.use(guardBodies());
  const worker = app.createWorker();
  stack.use(await app.startWorker(worker));
  stack.defer(() => worker.stop(1_000));
  return { app, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

function hosted(host: Host, run: () => Promise<void>): OpenContender {
  return { run, [Symbol.asyncDispose]: () => host[Symbol.asyncDispose]() };
}

async function prepareReplay(folder: string, steps: number): Promise<void> {
  await using host = await openHost(folder);
  const { control, store } = host.app.engine;
  const id = await control.start({ flow: "long", input: { steps } });
  await untilTrue("the long run waits", async () => (await store.run(id)).status === "waiting");
}

async function resumeReplay(folder: string): Promise<number> {
  await using host = await openHost(folder);
  const [run] = await host.app.engine.store.list({ limit: 1 });
  if (run === undefined) throw new Error("there is no long run to resume");
  const ended = watchEnds(host.app.database)(run.id);
  performance.clearMarks("after");
  const began = performance.now();
  await host.app.engine.control.emit("go", null);
  await ended;
  const [after] = performance.getEntriesByName("after");
  if (after === undefined) throw new Error("the long run ended without its last step");
  return after.startTime - began;
}
