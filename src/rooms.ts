import { basename, dirname, join } from "node:path";
import type { Config } from "./config/load.ts";
import { createConfig } from "./config/capability.ts";
import { createCost, costSection, type Cost, type CostDependencies } from "./cost/capability.ts";
import type { Capability } from "./core/capability.ts";
import { systemClock } from "./core/clock.ts";
import { TuttiError } from "./core/error.ts";
import type { Log } from "./core/log.ts";
import { systemRandom } from "./core/random.ts";
import type { Tracer } from "./core/trace.ts";
import {
  createEngine,
  createFlowLoader,
  engineSettings,
  findAgent,
  patientDatabase,
  type Engine,
  type EngineDependencies,
  type ReadPorts,
} from "./engine/capability.ts";
import { createEvents, type Events } from "./events/capability.ts";
import { serverSection, type Hosting } from "./hosting.ts";
import { createModels, modelsSettings, type Models } from "./models/capability.ts";
import { createNotify, notifySection } from "./notify/capability.ts";
import {
  alertsSection,
  createObservability,
  logsSection,
  metricsSection,
  otlpSection,
  tracesSection,
  type Observability,
} from "./observability/capability.ts";
import { createReview, reviewSection, type Review } from "./review/capability.ts";
import { fileBlobs, tableBlobs } from "./storage/blob.ts";
import { createBlobGarbage } from "./storage/blob-garbage.ts";
import { fileBlobShelf, tableBlobShelf } from "./storage/blob-shelf.ts";
import { createStorage, storageSection } from "./storage/capability.ts";
import type { Database } from "./storage/database.ts";
import type { Home } from "./storage/home.ts";
import { createPayloads } from "./storage/payload.ts";
import type { StorageSettings } from "./storage/settings.ts";
import { measureUsage, type Usage } from "./storage/usage.ts";
import { createTools, endProcessGroup, processStartTime, runProcess, toolsSection } from "./tools/capability.ts";

type Tools = ReturnType<typeof createTools>;

export interface AppOptions {
  readonly home: Home;
  /** The project's folder: flows, agents and tutti.yaml are sought from here upward. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly flags?: Readonly<Record<string, unknown>>;
  readonly log: Log;
  /** This process, where it is a host. */
  readonly hosting?: Hosting | undefined;
  /** Of the package, for what is told to others. */
  readonly version?: string | undefined;
}

// One schema for each tenant; there is one tenant so far.
export const postgresSchema = "tutti_default";

const modelsSection = { name: "models", schema: modelsSettings };

export interface Rooms {
  readonly engine: Engine;
  readonly cost: Cost;
  readonly observability: Observability;
  /** In the order of the rings, from the outside in. */
  readonly capabilities: readonly Capability[];
}

/** All rooms, each handed what it wants of the others: they know each other's wishes only through here. */
export function createRooms(options: AppOptions, config: Config, opened: Database): Rooms {
  const kept = config.get(storageSection);
  const events = createEvents({ database: opened, clock: systemClock, keep: kept.keepEvents });
  const { notify, observability } = createWatchers({ options, config, events, rooms: () => capabilities });
  const { log } = observability;
  const ports = portsOf({ ...options, log }, events);
  const { database } = ports;
  const { storage, released } = storageOf({ options, kept, ports, observability, rooms: () => capabilities });
  const retention = { ...kept, released };
  const shared = sharedDatabase(database, config);
  const cost = createCost({
    ...ports,
    settings: config.get(costSection),
    log,
    shared,
    contextOf: (model) => models.registry.contextOf(model),
    ask: ({ host }, { name, ...question }) => review.ask(host, name, question),
    runs: budgetedRuns(() => engine),
    choice: choiceOf(() => models),
  });
  const models = modelsOf({ options, config, database, cost, observability });
  const { tracer } = observability;
  const tools = createTools({ limits: config.get(toolsSection), environment: options.environment, tracer });
  const engine = createEngine({
    ...ports,
    ...flowsOf(options, log),
    live: events.live,
    log,
    settings: config.get({ name: "engine", schema: engineSettings }),
    work: workOf({ options, config, log, tracer, cost, models, tools }),
    endProcess: async (pid, started) => void (await endProcessGroup(pid, started)),
    processStartTime,
    shared,
    observer: observability.observer,
    reads: readPortsOf({ events, cost, review: () => review }),
    retention: { ...retention, forget: (runs) => [...cost.forget(runs), ...review.forget(runs)] },
  });
  const review = createReview({
    ...ports,
    settings: config.get(reviewSection),
    waits: engine.control,
    places: engine.reviewPlaces,
    retention,
  });
  const capabilities: readonly Capability[] = [
    observability.capability(),
    storage,
    createConfig(config),
    models,
    tools,
    engine,
    review,
    cost,
    events,
    notify,
  ];
  return { engine, cost, observability, capabilities };
}

interface Watched {
  readonly options: AppOptions;
  readonly config: Config;
  readonly events: Events;
  readonly rooms: () => readonly Capability[];
}

/** What watches the others and tells people; made first, since all are handed its log. */
function createWatchers({ options, config, events, rooms }: Watched) {
  const { environment, log, version = "0.0.0", folder, home } = options;
  const surroundings = { clock: systemClock, random: systemRandom, log, version, environment };
  const notify = createNotify({
    ...surroundings,
    settings: config.get(notifySection),
    runProgram: runProcess,
    folder,
    platform: process.platform,
    meters: () => observability.meters,
  });
  const observability: Observability = createObservability({
    ...surroundings,
    settings: {
      traces: config.get(tracesSection),
      logs: config.get(logsSection),
      metrics: config.get(metricsSection),
      otlp: config.get(otlpSection),
      alerts: config.get(alertsSection),
    },
    path: home.tenant("default").telemetry,
    database: events.database,
    events: events.log,
    notify: notify.send,
    served: () => servedAt(options, config),
    template: join(webFolder(), "report.html"),
    rooms,
  });
  return { notify, observability };
}

/** Where `tutti up` of this folder listens, or would: it may have taken another port than the one that is set. */
async function servedAt({ home, hosting }: AppOptions, config: Config): Promise<{ url: string; tokenFile: string }> {
  const { host, port } = config.get(serverSection);
  const running = (await hosting?.show())?.url ?? null;
  return { url: running ?? `http://${host}:${port}`, tokenFile: join(home.path, "token") };
}

function flowsOf({ folder }: AppOptions, log: Log) {
  const onChange = (files: readonly string[]): void => tellChange(files, log);
  return { folder, flows: createFlowLoader({ folder, builtIn: builtInFlows(), onChange }) };
}

interface Metered {
  readonly options: AppOptions;
  readonly config: Config;
  readonly database: Database;
  readonly cost: Cost;
  readonly observability: Observability;
}

function modelsOf({ options, config, database, cost, observability }: Metered): Models {
  return createModels({
    settings: config.get(modelsSection),
    folder: config.file === undefined ? options.folder : dirname(config.file),
    database,
    // Inside the ledger's, so that a span is of the call and not of what was reserved for it.
    meter: (model, kind) => cost.meter(observability.watchChat(model), kind),
    meterEmbedding: (model) => cost.meterEmbedding(observability.watchEmbedding(model)),
  });
}

interface Working {
  readonly options: AppOptions;
  readonly config: Config;
  readonly log: Log;
  readonly tracer: Tracer;
  readonly cost: Cost;
  readonly models: Models;
  readonly tools: Tools;
}

/** What steps work with. */
function workOf({ options, config, log, tracer, cost, models, tools }: Working): EngineDependencies["work"] {
  const { default: usual } = config.get(modelsSection);
  return {
    runProcess,
    chatModel: async (name = usual, signal) => (name === "auto" ? cost.auto : models.registry.chat(name, signal)),
    quirksOf: (model) => models.quirksOf(model),
    tools: new Map(tools.tools.map((tool) => [tool.name, tool])),
    findAgent: (name, from) => findAgent(agentFolders(from), name),
    environment: options.environment,
    tracer,
    log,
  };
}

/** Where several processes work on one database, they find each other there. */
function sharedDatabase({ capabilities }: Database, config: Config): { url: string; schema: string } | null {
  return capabilities.sharedWriters ? { url: config.get(storageSection).database, schema: postgresSchema } : null;
}

/** What budgets do to runs. */
function budgetedRuns(engine: () => Engine): CostDependencies["runs"] {
  return {
    resume: (run) => engine().control.resumePausedFor(run, ["budget.exceeded", "budget.unpriced"]),
    hasEnded: (run) =>
      engine()
        .store.run(run)
        .then(({ finished_at: at }) => at !== null, isGone),
  };
}

/** A run that was pruned has ended. */
function isGone(error: unknown): boolean {
  if (error instanceof TuttiError && error.code === "run.missing") return true;
  throw error;
}

/** What most rooms are handed. */
function portsOf({ home, log }: AppOptions, { database, log: events }: Events) {
  const blobs = database.dialect === "sqlite" ? fileBlobs(home.tenant("default").blobs) : tableBlobs(database);
  const patient = patientDatabase(database, { clock: systemClock, log });
  return { database, patient, payloads: createPayloads(blobs), events, clock: systemClock, random: systemRandom };
}

interface Storing extends Pick<Watched, "options" | "rooms"> {
  readonly kept: StorageSettings;
  readonly ports: ReturnType<typeof portsOf>;
  readonly observability: Pick<Observability, "log" | "meters">;
}

/** What keeps all data below its cap, and where rooms hand in the blobs that they no longer name. */
function storageOf({ options: { home }, kept, ports, observability, rooms }: Storing) {
  const { database } = ports;
  const { log, meters } = observability;
  const isFile = database.dialect === "sqlite";
  const garbage = createBlobGarbage({
    shelf: isFile ? fileBlobShelf(home.tenant("default").blobs, systemClock) : tableBlobShelf(database),
    clock: systemClock,
    holders: () => rooms().flatMap(({ blobsHeld }) => (blobsHeld ? [blobsHeld] : [])),
  });
  const usage = (): Promise<Usage> => measureUsage(home, database);
  return {
    storage: createStorage({ ...ports, settings: kept, usage, garbage, log, meters, rooms }),
    released: (columns: readonly string[]) => garbage.offer(columns),
  };
}

interface ReadRooms {
  readonly events: Events;
  readonly cost: Cost;
  readonly review: () => Review;
}

/** What is shown beside a run's steps. */
function readPortsOf({ events, cost, review }: ReadRooms): ReadPorts {
  return {
    reviewsOf: (runs) => review().ofRuns(runs),
    callsOf: (run) => cost.callsOf(run),
    eventEnd: () => events.latest(),
  };
}

/** What the cost room chooses a model by. The two rooms know each other's wishes only through here. */
function choiceOf(models: () => Models): CostDependencies["choice"] {
  return {
    candidates: (signal) => models().chatModels(signal),
    inability: (model, needs, signal) => models().inability(model, needs, signal),
    // The evaluation room will know.
    quality: async () => null,
    open: (model, signal) => models().registry.chat(model, signal),
  };
}

function tellChange(files: readonly string[], log: Log): void {
  const [first = "", ...others] = files;
  const named = others.length === 0 ? basename(first) : `${basename(first)} and ${others.length} more`;
  log.info("host.flows_renewed", { message: `${named} changed: what starts from now on uses the new code.`, files });
}

/** The built web UI, which lies beside the built program; from source, where the build puts it. */
function webFolder(): string {
  return join(import.meta.dirname, ...(import.meta.filename.endsWith(".ts") ? ["..", "dist", "web"] : ["web"]));
}

/** The examples, which a build lays beside this file. */
function builtInFlows(): string[] {
  const isSource = import.meta.filename.endsWith(".ts");
  const examples = join(import.meta.dirname, ...(isSource ? ["..", "examples"] : ["examples"]));
  return [join(examples, "code-review", isSource ? "code-review.ts" : "code-review.js")];
}

function agentFolders(folder: string): string[] {
  return upward(folder).flatMap((here) => [join(here, "agents"), join(here, ".claude", "agents")]);
}

function upward(folder: string): string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...upward(parent)];
}
