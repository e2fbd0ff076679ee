import { basename, dirname, join } from "node:path";
import { changedKeys } from "./config/difference.ts";
import { createConfig } from "./config/capability.ts";
import { loadConfig, loadConfigOrDefaults, type Config } from "./config/load.ts";
import { createCost, costSection, type Cost, type CostDependencies } from "./cost/capability.ts";
import type { Capability, ConfigSection } from "./core/capability.ts";
import { systemClock } from "./core/clock.ts";
import type { Log } from "./core/log.ts";
import type { AnyOperation } from "./core/operation.ts";
import { systemRandom } from "./core/random.ts";
import type { Verbs } from "./core/verb.ts";
import {
  createEngine,
  createFlowLoader,
  engineSettings,
  findAgent,
  patientDatabase,
  type Engine,
  type JobOptions,
  type ReadPorts,
  type Worker,
} from "./engine/capability.ts";
import { createTools, endProcessGroup, processStartTime, runProcess, toolsSection } from "./tools/capability.ts";
import { createDoctor, ownChecks, storageChecks } from "./doctor.ts";
import { createHostOperations, serverSection, type Hosting } from "./hosting.ts";
import { createEvents, type Events } from "./events/capability.ts";
import { createModels, modelsSettings, type Models } from "./models/capability.ts";
import { createReview, reviewSection, type Review } from "./review/capability.ts";
import { fileBlobs, tableBlobs } from "./storage/blob.ts";
import { createStorage, storageSection } from "./storage/capability.ts";
import type { Database, RoomMigrations } from "./storage/database.ts";
import type { Home } from "./storage/home.ts";
import { createPayloads } from "./storage/payload.ts";
import { closedDatabase, openSqlite } from "./storage/sqlite.ts";

export interface AppOptions {
  readonly home: Home;
  /** The project's folder: flows, agents and tutti.yaml are sought from here upward. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly flags?: Readonly<Record<string, unknown>>;
  readonly log: Log;
  /** This process, where it is a host. */
  readonly hosting?: Hosting | undefined;
}

/** The whole product, put together: everything a face needs. */
export interface App extends AsyncDisposable {
  readonly config: Config;
  readonly database: Database;
  readonly engine: Engine;
  readonly operations: readonly AnyOperation[];
  readonly capabilities: readonly Capability[];
  createWorker(options?: { concurrency?: number | undefined }): Worker;
  /** Starts a worker: alone on SQLite, as one of many on Postgres. Disposing leaves the others' sight; stop it first. */
  startWorker(worker: Worker): Promise<AsyncDisposable>;
  /** Lets a worker that was not started take up one run; false where others are to do that. */
  takeUp(worker: Worker, run: string): Promise<boolean>;
  /** Starts the background jobs of all capabilities, and what is scheduled. */
  startJobs(options?: JobOptions): Promise<AsyncDisposable>;
}

// One schema for each tenant; there is one tenant so far.
const postgresSchema = "tutti_default";

const sections: readonly ConfigSection[] = [
  storageSection,
  { name: "engine", schema: engineSettings },
  { name: "models", schema: modelsSettings },
  toolsSection,
  reviewSection,
  costSection,
  serverSection,
];

type ConfigPlace = Pick<AppOptions, "folder" | "environment" | "flags">;

export function readConfig({ folder, environment, flags = {} }: ConfigPlace): Config {
  return loadConfig({ sections, folder, environment, flags });
}

/** For names, schemas and help, which must be there while the settings are wrong. */
export function readConfigOrDefaults({ folder, environment, flags = {} }: ConfigPlace): Config {
  return loadConfigOrDefaults({ sections, folder, environment, flags });
}

/** Opens the database, brings its tables up to date, and puts the product together. */
export async function openApp(options: AppOptions): Promise<App> {
  const config = readConfig(options);
  const database = await openDatabase(config, options.home.tenant("default").database);
  try {
    const app = assemble(options, config, database);
    await database.migrate(migrationsOf(app.capabilities));
    return app;
  } catch (error) {
    await database[Symbol.asyncDispose]();
    throw error;
  }
}

/** The table of operations without a database: for those who only need names, places and schemas. */
export function describeOperations(options: AppOptions): readonly AnyOperation[] {
  return assemble(options, readConfigOrDefaults(options), closedDatabase()).operations;
}

/** What makes the tables of every room, for who wants to see the result. */
export function describeMigrations(options: AppOptions): readonly RoomMigrations[] {
  return migrationsOf(assemble(options, readConfig(options), closedDatabase()).capabilities);
}

/** The composition root: the only place that sees every room's door. */
function assemble(options: AppOptions, config: Config, database: Database): App {
  const { engine, cost, capabilities } = createRooms(options, config, database);
  engine.equip({
    verbs: Object.assign({}, ...capabilities.map((capability) => capability.verbs ?? {})) as Verbs,
    // Both rings from the outside in; each capability's own place in them is decided here and nowhere else.
    plan: capabilities.flatMap((capability) => capability.plan ?? []),
    ring: capabilities.flatMap((capability) => capability.effect ?? []),
    waits: capabilities.flatMap((capability) => capability.waits ?? []),
  });
  const checks = [
    ...ownChecks(config, () => {
      const anew = readConfigOrDefaults(options);
      return { problem: anew.problem, changed: changedKeys(config, anew) };
    }),
    // What the others would look at is not what was meant while the settings are wrong.
    ...(config.problem
      ? []
      : [
          ...storageChecks({ probe: () => probe(database), schemaDrift: () => schemaDrift(database, capabilities) }),
          ...capabilities.flatMap((capability) => capability.checks ?? []),
          ...(options.hosting?.checks ?? []),
        ]),
  ];
  return {
    config,
    database,
    engine,
    capabilities,
    operations: [
      ...capabilities.flatMap((capability) => capability.operations),
      createDoctor(checks),
      ...createHostOperations(options.hosting),
    ],
    createWorker: (given = {}) => engine.createWorker(given),
    startWorker: (worker) => engine.startWorker(worker),
    takeUp: (worker, run) => engine.takeUp(worker, run),
    startJobs: (given) =>
      engine.startJobs(
        capabilities.flatMap((capability) => capability.jobs ?? []),
        given,
      ),
    async [Symbol.asyncDispose]() {
      await engine[Symbol.asyncDispose]();
      await cost[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}

interface Rooms {
  readonly engine: Engine;
  readonly cost: Cost;
  /** In the order of the rings, from the outside in. */
  readonly capabilities: readonly Capability[];
}

function createRooms(options: AppOptions, config: Config, opened: Database): Rooms {
  const { folder, environment, log } = options;
  const events = createEvents({ database: opened, clock: systemClock });
  const { database } = events;
  const ports = portsOf(options, events);
  const settings = config.get({ name: "models", schema: modelsSettings });
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
  const models = createModels({
    settings,
    folder: config.file === undefined ? folder : dirname(config.file),
    database,
    meter: cost.meter,
    meterEmbedding: cost.meterEmbedding,
  });
  const tools = createTools({ limits: config.get(toolsSection), environment });
  const engine = createEngine({
    ...ports,
    live: events.live,
    log,
    settings: config.get({ name: "engine", schema: engineSettings }),
    flows: createFlowLoader({ folder, builtIn: builtInFlows(), onChange: (files) => tellChange(files, log) }),
    folder,
    work: {
      runProcess,
      chatModel: async (name = settings.default, signal) =>
        name === "auto" ? cost.auto : models.registry.chat(name, signal),
      quirksOf: (model) => models.quirksOf(model),
      tools: new Map(tools.tools.map((tool) => [tool.name, tool])),
      findAgent: (name, from) => findAgent(agentFolders(from), name),
      environment,
      log,
    },
    endProcess: async (pid, started) => void (await endProcessGroup(pid, started)),
    processStartTime,
    shared,
    reads: readPortsOf({ events, cost, review: () => review }),
  });
  const review = createReview({
    ...ports,
    settings: config.get(reviewSection),
    waits: engine.control,
    places: engine.reviewPlaces,
  });
  return {
    engine,
    cost,
    capabilities: [createStorage(database), createConfig(config), models, tools, engine, review, cost, events],
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
    hasEnded: async (run) => (await engine().store.run(run)).finished_at !== null,
  };
}

/** What most rooms are handed. */
function portsOf({ home, log }: AppOptions, { database, log: events }: Events) {
  const blobs = database.dialect === "sqlite" ? fileBlobs(home.tenant("default").blobs) : tableBlobs(database);
  const patient = patientDatabase(database, { clock: systemClock, log });
  return { database, patient, payloads: createPayloads(blobs), events, clock: systemClock, random: systemRandom };
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

/** Proves that the database writes and reads: a blob's table is in both kinds. */
async function probe(database: Database): Promise<string> {
  const began = performance.now();
  const result = await database.write([{ sql: "delete from blobs where hash = 'doctor'", parameters: [] }]);
  return `${database.dialect} ${result.committed ? "wrote" : "did not write"} in ${(performance.now() - began).toFixed(1)} ms`;
}

async function openDatabase(config: Config, path: string): Promise<Database> {
  const { database, durability, exclusive } = config.get(storageSection);
  if (database === "sqlite") return openSqlite({ path, durability, exclusive });
  const { openPostgres } = await import("./storage/postgres.ts");
  return openPostgres({ url: database, schema: postgresSchema });
}

function migrationsOf(capabilities: readonly Capability[]): RoomMigrations[] {
  return capabilities.map(({ name, migrations }) => ({ room: name, migrations }));
}

/** How the tables differ from what this version makes; null where they do not. Asked of SQLite, which can make them aside. */
async function schemaDrift(database: Database, capabilities: readonly Capability[]): Promise<string | null> {
  if (database.dialect !== "sqlite") return null;
  await using fresh = openSqlite({ path: ":memory:" });
  await fresh.migrate(migrationsOf(capabilities));
  const [there, wanted] = [await database.schemaText(), await fresh.schemaText()].map((text) => text.split("\n\n"));
  const extra = (there ?? []).find((statement) => !wanted?.includes(statement));
  const missing = (wanted ?? []).find((statement) => !there?.includes(statement));
  return extra ?? missing ?? null;
}

function tellChange(files: readonly string[], log: Log): void {
  const [first = "", ...others] = files;
  const named = others.length === 0 ? basename(first) : `${basename(first)} and ${others.length} more`;
  log.info("host.flows_renewed", { message: `${named} changed: what starts from now on uses the new code.`, files });
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
