import type { Capability, ConfigSection } from "./core/capability.ts";
import type { Log } from "./core/log.ts";
import type { MetricFamily } from "./core/metric.ts";
import type { AnyOperation } from "./core/operation.ts";
import type { Route } from "./core/route.ts";
import type { Verbs } from "./core/verb.ts";
import { changedKeys } from "./config/difference.ts";
import { loadConfig, loadConfigOrDefaults, type Config } from "./config/load.ts";
import { costSection } from "./cost/capability.ts";
import { createDoctor, ownChecks, storageChecks } from "./doctor.ts";
import { engineSettings, type Engine, type JobOptions, type Worker } from "./engine/capability.ts";
import { createHostOperations, serverSection } from "./hosting.ts";
import { modelsSettings } from "./models/capability.ts";
import { notifySection } from "./notify/capability.ts";
import { observabilitySections } from "./observability/capability.ts";
import { reviewSection } from "./review/capability.ts";
import { createRooms, postgresSchema, type AppOptions } from "./rooms.ts";
import { storageSection } from "./storage/capability.ts";
import type { Database, RoomMigrations } from "./storage/database.ts";
import { closedDatabase, openSqlite } from "./storage/sqlite.ts";
import { toolsSection } from "./tools/capability.ts";

export type { AppOptions } from "./rooms.ts";

/** The whole product, put together: everything a face needs. */
export interface App extends AsyncDisposable {
  readonly config: Config;
  readonly database: Database;
  readonly engine: Engine;
  readonly operations: readonly AnyOperation[];
  readonly routes: readonly Route[];
  readonly capabilities: readonly Capability[];
  /** What is told here is kept. */
  readonly log: Log;
  createWorker(options?: { concurrency?: number | undefined }): Worker;
  /** Starts a worker: alone on SQLite, as one of many on Postgres. Disposing leaves the others' sight; stop it first. */
  startWorker(worker: Worker): Promise<AsyncDisposable>;
  /** Lets a worker that was not started take up one run; false where others are to do that. */
  takeUp(worker: Worker, run: string): Promise<boolean>;
  /** Starts the background jobs of all capabilities, and what is scheduled. */
  startJobs(options?: JobOptions): Promise<AsyncDisposable>;
}

const sections: readonly ConfigSection[] = [
  storageSection,
  { name: "engine", schema: engineSettings },
  { name: "models", schema: modelsSettings },
  toolsSection,
  reviewSection,
  costSection,
  ...observabilitySections,
  notifySection,
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

/** The figures that every room tells, for who wants to list them. */
export function describeFamilies(options: AppOptions): readonly MetricFamily[] {
  const { capabilities } = assemble(options, readConfigOrDefaults(options), closedDatabase());
  return capabilities.flatMap(({ metrics }) => metrics?.families ?? []);
}

/** What makes the tables of every room, for who wants to see the result. */
export function describeMigrations(options: AppOptions): readonly RoomMigrations[] {
  return migrationsOf(assemble(options, readConfig(options), closedDatabase()).capabilities);
}

/** Puts what the rooms bring through their doors together. */
function assemble(options: AppOptions, config: Config, database: Database): App {
  const { engine, cost, observability, capabilities } = createRooms(options, config, database);
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
    log: observability.log,
    routes: capabilities.flatMap((capability) => capability.routes ?? []),
    operations: [
      ...capabilities.flatMap((capability) => capability.operations),
      createDoctor(checks),
      ...createHostOperations(options.hosting),
    ],
    createWorker: (given = {}) => engine.createWorker(given),
    startWorker: (worker) => {
      observability.start();
      return engine.startWorker(worker);
    },
    takeUp: (worker, run) => engine.takeUp(worker, run),
    startJobs: (given) =>
      engine.startJobs(
        capabilities.flatMap((capability) => capability.jobs ?? []),
        given,
      ),
    async [Symbol.asyncDispose]() {
      await engine[Symbol.asyncDispose]();
      await cost[Symbol.asyncDispose]();
      await observability[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
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
