import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { tryFolderLock } from "../storage/lock.ts";
import { findHome, isFolder, openHome, type Home } from "../storage/home.ts";
import { TuttiError } from "../core/error.ts";
import { toMs } from "../core/duration.ts";
import { describeOperations, openApp, readConfig, readConfigOrDefaults, type App, type AppOptions } from "../app.ts";
import type { Config } from "../config/load.ts";
import { storageSection } from "../storage/capability.ts";
import { engineSettings, guardBodies, type Worker } from "../engine/capability.ts";
import { createClient, type Transport } from "../sdk/client.ts";
import type { Connection, ConnectOptions } from "../sdk/connection.ts";
import { socketTransport } from "../sdk/socket-transport.ts";
import { createHttpApp } from "../server/http.ts";
import { serveOnSocket, socketPath } from "../server/socket.ts";
import { HostProcess } from "./host-process.ts";
import { serve } from "./serve.ts";
import { tracedTransport } from "./trace-header.ts";
import { version } from "./version.ts";

// A host that has just taken the lock needs this long at most until it listens: it opens the database in between.
const startingHostMs = 5_000;
// A host that works hard in one piece (a very large value) is silent for a while; one that is stopped is so for ever.
const silentHostMs = 5_000;
// How much later than its last run a worker may leave.
const lookForDueMs = 500;
// What is over sooner needs no words.
const sayAfterMs = 1_000;

/** Becomes the host of the data folder, or the client of the process that is. Null where there is no folder to read. */
export async function connect(options: ConnectOptions): Promise<Connection | null> {
  const named = options.environment["TUTTI_HOME"] || undefined;
  const found = findHome(options.cwd, named);
  if (options.asClientOnly) return found && isFolder(found.path) ? joinHost(found, options) : null;
  if (!found && !options.write) {
    // Where nothing is opened, wrong settings would never be told.
    readConfig({ folder: options.cwd, environment: options.environment, flags: options.flags });
    return null;
  }
  // A folder that somebody has made may be empty still; a file in its place is told by the lock.
  const home = found && !isFolder(found.path) ? found : openHome(options.cwd, named);
  if (options.isWorkerAlone && readConfig(appOptions(home, options)).get(storageSection).database !== "sqlite") {
    return host(home, null, options);
  }
  return lockOrJoin(home, options);
}

async function lockOrJoin(home: Home, options: ConnectOptions): Promise<Connection> {
  const found = await lockOrFind(home, options);
  return found.held ? host(home, found.lock, options) : found.client;
}

/** The client of the host that is there; null where none is. */
async function joinHost(home: Home, options: ConnectOptions): Promise<Connection | null> {
  const found = await lockOrFind(home, options);
  if (!found.held) return found.client;
  found.lock[Symbol.dispose]();
  return null;
}

type Found = { readonly held: true; readonly lock: Disposable } | { readonly held: false; readonly client: Connection };

/** Takes the lock, or finds who has it and answers: a host that is about to begin or to end is waited for. */
async function lockOrFind(home: Home, options: ConnectOptions): Promise<Found> {
  const began = performance.now();
  let limitMs: number | undefined;
  for (;;) {
    options.interrupted?.throwIfAborted();
    const attempt = tryFolderLock(home.lock);
    if (attempt.held) return attempt;
    const socket = socketTransport(socketPath(home.path), { folder: options.cwd });
    const transport = tracedTransport(socket, options.environment);
    const state = await hostState(transport);
    if (state === "answering") return { held: false, client: asClient(home, transport, options) };
    const waitedMs = performance.now() - began;
    limitMs ??= longestAbsenceMs(home, options);
    if (state === "silent" || waitedMs > limitMs) throw busy(home, attempt.pid);
    if (waitedMs > sayAfterMs) options.log.warn("host.waited_for", { pid: attempt.pid });
    await delay(50);
  }
}

/** A host listens a while after it has taken the lock; when it stops, no longer while its steps come to their ends. */
function longestAbsenceMs(home: Home, options: ConnectOptions): number {
  return startingHostMs + graceOf(settingsOf(home, options));
}

/** Who only speaks to a host goes by that host's settings, so its own may be wrong. */
function settingsOf(home: Home, options: ConnectOptions): Config {
  const app = appOptions(home, options);
  return options.asClientOnly ? readConfigOrDefaults(app) : readConfig(app);
}

function graceOf(config: Config): number {
  return toMs(config.get({ name: "engine", schema: engineSettings }).grace);
}

/** With the folder's lock this process answers on its socket; without it, it is one of many on a shared database. */
async function host(home: Home, lock: Disposable | null, options: ConnectOptions): Promise<Connection> {
  const stack = new AsyncDisposableStack();
  try {
    if (lock) stack.use(lock);
    const hosting = new HostProcess(home, options.concurrency);
    const app = stack.use(await openApp({ ...appOptions(home, options), hosting }));
    hosting.hosts(app);
    const worker = options.takeRuns ? createHostWorker(app, options, stack) : undefined;
    const isIdle = (): boolean => worker?.isIdle ?? true;
    // Before the worker, so that it closes behind it: who looks on sees the running steps come to their ends.
    const found = options.serve ? await serve({ home, options, app, isIdle, hosting, stack }) : null;
    if (worker) await startWorker(worker, app, { options, stack });
    if (found) stack.use(found.ground);
    const http = createHttpApp(app.operations, { caller: "cli", isLocal: true });
    // Whoever is answered here finds the rest there, too.
    if (lock) stack.use(await serveOnSocket(http, socketPath(home.path)));
    return {
      mode: "host",
      home: home.path,
      operations: app.operations,
      client: createClient(
        tracedTransport(async (request) => http.fetch(request), options.environment),
        app.operations,
      ),
      graceMs: graceOf(app.config),
      takeUp: async (run) => worker !== undefined || app.takeUp(createWorker(app, options, stack), run),
      whenIdle: async () => worker?.whenIdle(),
      whenDone: async () => worker && whenDone(app, worker, options.interrupted),
      served: found?.served ?? null,
      standBy: () => null,
      [Symbol.asyncDispose]: () => stack.disposeAsync(),
    };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

function createHostWorker(app: App, options: ConnectOptions, stack: AsyncDisposableStack): Worker {
  stack.use(guardBodies());
  return app.createWorker({ concurrency: options.concurrency });
}

async function startWorker(
  worker: Worker,
  app: App,
  { options, stack }: { readonly options: ConnectOptions; readonly stack: AsyncDisposableStack },
): Promise<void> {
  const stop = (): Promise<void> => stopInTime(worker, graceOf(app.config), options.hurried);
  // The socket closes first, then the worker ends its steps, and only then the others may take over what it held.
  stack.use(await app.startWorker(worker).catch((error: unknown) => stop().then(() => Promise.reject(error))));
  stack.defer(stop);
  // A command that leaves with its run would begin runs of schedules that it cannot see through.
  stack.use(await app.startJobs({ schedules: Boolean(options.serve ?? options.isWorkerAlone) }));
}

/** Nothing is queued, running or due; the end of the caller is an end of this, too. */
async function whenDone(app: App, worker: Worker, interrupted: AbortSignal | undefined): Promise<void> {
  for (;;) {
    await worker.whenIdle();
    if (interrupted?.aborted) return;
    if ((await app.engine.store.nextDue()) === null && worker.isIdle) return;
    // The worker has its own timer for what is due; this only looks whether it is still to come.
    await delay(lookForDueMs, undefined, { ref: false });
  }
}

/** A worker that has not looked for runs, for those that it is told of. */
function createWorker(app: App, options: ConnectOptions, stack: AsyncDisposableStack): Worker {
  stack.use(guardBodies());
  const worker = app.createWorker();
  stack.defer(() => stopInTime(worker, graceOf(app.config), options.hurried));
  return worker;
}

/** Within the grace, or at once when the caller is in a hurry; what was not done then is done again by the next host. */
async function stopInTime(worker: Worker, graceMs: number, hurried: AbortSignal | undefined): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (hurried?.aborted) resolve();
  hurried?.addEventListener("abort", () => resolve(), { once: true });
  await Promise.race([worker.stop(graceMs), promise.then(() => worker.stop(0))]);
}

function asClient(home: Home, transport: Transport, options: ConnectOptions): Connection {
  const app = appOptions(home, options);
  const operations = describeOperations(app);
  return {
    mode: "client",
    home: home.path,
    operations,
    client: createClient(transport, operations),
    graceMs: graceOf(settingsOf(home, options)),
    takeUp: async () => false,
    whenIdle: async () => undefined,
    whenDone: async () => undefined,
    served: null,
    standBy() {
      const attempt = tryFolderLock(join(home.path, "standby.lock"));
      return attempt.held ? attempt.lock : null;
    },
    [Symbol.asyncDispose]: async () => undefined,
  };
}

/** Any answer will do. `absent`: nobody listens. `silent`: somebody does and says nothing, as a stopped process. */
async function hostState(transport: Transport): Promise<"answering" | "silent" | "absent"> {
  const signal = AbortSignal.timeout(silentHostMs);
  try {
    const answer = await transport(new Request("http://localhost/", { signal }));
    await answer.body?.cancel();
    return "answering";
  } catch (error) {
    if (signal.aborted) return "silent";
    if (error instanceof TuttiError && error.code === "host.unreachable") return "absent";
    throw error;
  }
}

function appOptions(home: Home, { cwd, environment, flags, log }: ConnectOptions): AppOptions {
  // A data folder moves only data: flows, agents and settings are sought from where the command is called.
  return { home, folder: cwd, environment, flags, log, version: version() };
}

function busy(home: Home, pid: number | null): TuttiError {
  return new TuttiError("host.busy", `${home.path} is held by process ${pid ?? "unknown"}, which does not answer`, {
    hint:
      pid === null
        ? "End it, then try again."
        : `Wait for it, or end it with \`kill ${pid}\`, then try again. Nothing is lost.`,
    where: home.lock,
  });
}
