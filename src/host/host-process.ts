import type { App } from "../app.ts";
import type { Check } from "../core/capability.ts";
import { toBytes } from "../core/byte-size.ts";
import { systemClock } from "../core/clock.ts";
import { TuttiError } from "../core/error.ts";
import { engineSettings } from "../engine/capability.ts";
import { notServed, serverSection, type HostFacts, type Hosting } from "../hosting.ts";
import type { WebServer } from "../server/web.ts";
import type { Home } from "../storage/home.ts";
import { hostChecks } from "./check.ts";
import { storageSection } from "../storage/capability.ts";
import { databaseSize, folderMeter, freeBytes } from "../storage/folder-size.ts";
import { tokenPath } from "./place.ts";
import { version } from "./version.ts";

/** This process as the host of a folder; what it serves is told to it once it listens. */
export class HostProcess implements Hosting {
  readonly #home: Home;
  readonly #concurrency: number | undefined;
  readonly #blobsBytes: () => Promise<number>;
  readonly #startedAt = systemClock.now() - performance.now();
  // The program that runs, also when another has been installed over it since.
  readonly #version = version();
  readonly #told = Promise.withResolvers<void>();
  #app: App | undefined;
  #web: WebServer | undefined;
  #bootMs = 0;

  constructor(home: Home, concurrency: number | undefined) {
    this.#home = home;
    this.#concurrency = concurrency;
    this.#blobsBytes = folderMeter(home.tenant("default").blobs);
  }

  get checks(): readonly Check[] {
    return hostChecks({
      url: () => this.#web?.url ?? null,
      wanted: () => this.#app?.config.get(serverSection) ?? serverSection.schema.parse({}),
      tokenFile: tokenPath(this.#home.path),
      runningVersion: this.#version,
      installedVersion: version,
    });
  }

  /** Resolves when somebody has asked for the end. */
  get toldToStop(): Promise<void> {
    return this.#told.promise;
  }

  get bootMs(): number {
    return this.#bootMs;
  }

  hosts(app: App): void {
    this.#app = app;
  }

  serves(web: WebServer): void {
    this.#web = web;
    this.#bootMs = Math.round(performance.now());
  }

  async show(): Promise<HostFacts> {
    const app = this.#app;
    const isSqlite = app?.database.dialect !== "postgres";
    const { database, telemetry } = this.#home.tenant("default");
    const storage = app?.config.get(storageSection) ?? storageSection.schema.parse({});
    const settings = app?.config.get({ name: "engine", schema: engineSettings });
    const [databaseBytes, blobsBytes, telemetryBytes, free] = await Promise.all([
      isSqlite ? databaseSize(database) : null,
      isSqlite ? this.#blobsBytes() : null,
      databaseSize(telemetry),
      freeBytes(this.#home.path),
    ]);
    return {
      version: this.#version,
      pid: process.pid,
      startedAt: Math.round(this.#startedAt),
      uptimeMs: Math.round(performance.now()),
      bootMs: this.#bootMs,
      url: this.#web?.url ?? null,
      home: this.#home.path,
      database: isSqlite ? "sqlite" : "postgres",
      concurrency: this.#concurrency ?? settings?.concurrency ?? 0,
      sizes: { databaseBytes, blobsBytes, telemetryBytes, capBytes: toBytes(storage.cap), freeBytes: free },
    };
  }

  stop(): void {
    if (this.#web) return this.#told.resolve();
    throw new TuttiError("host.busy", `process ${process.pid} hosts this folder for a command of its own`, {
      hint: "It ends by itself. `tutti down` ends `tutti up` only.",
    });
  }

  link(path: string | undefined): string {
    if (this.#web) return this.#web.createLink(path);
    throw notServed();
  }
}
