import { execFile, spawnSync } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import pg from "pg";

const runFile = promisify(execFile);

/** A PostgreSQL of a test's own, to be stopped and started in the middle of something. */
export class PostgresServer implements AsyncDisposable {
  readonly #programs: string;
  readonly #folder: string;
  readonly #port: number;

  private constructor(programs: string, folder: string, port: number) {
    this.#programs = programs;
    this.#folder = folder;
    this.#port = port;
  }

  static async start(): Promise<PostgresServer> {
    const folder = mkdtempSync(join(tmpdir(), "tutti-postgres-"));
    const { uid, gid } = plainUser();
    if (uid !== undefined && gid !== undefined) chownSync(folder, uid, gid);
    const server = new PostgresServer(findPrograms() ?? "", folder, await freePort());
    const flags = ["--username=tutti", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"];
    await server.#call("initdb", flags);
    await server.start();
    return server;
  }

  async start(): Promise<void> {
    const options = `-h 127.0.0.1 -p ${this.#port} -k ${this.#folder} -F -c max_connections=100`;
    await this.#call("pg_ctl", ["--wait", `--log=${join(this.#folder, "log")}`, `--options=${options}`, "start"]);
  }

  /** As a machine that loses its power: no goodbye to any client. */
  async stop(): Promise<void> {
    await this.#call("pg_ctl", ["--wait", "--mode=immediate", "stop"]);
  }

  /** A new database; its address. */
  async database(name: string): Promise<string> {
    const address = (database: string): string => `postgres://tutti@127.0.0.1:${this.#port}/${database}`;
    const client = new pg.Client({ connectionString: address("postgres") });
    await client.connect();
    await client.query(`create database "${name}"`);
    await client.end();
    return address(name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop().catch(() => undefined); // a test may have stopped it
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #call(program: string, words: readonly string[]): Promise<void> {
    const all = [`--pgdata=${join(this.#folder, "data")}`, ...words];
    await runFile(join(this.#programs, program), all, { cwd: this.#folder, ...plainUser() });
  }
}

/** The `skip` option of a test that needs one: `false`, or the reason. Where CI asks for all services that is an error. */
export function postgresServerUnavailable(): string | false {
  if (findPrograms() !== null) return false;
  const reason = "no postgres: the programs initdb and pg_ctl are not found";
  const without = (process.env["TUTTI_TEST_WITHOUT"] ?? "").split(",");
  if (process.env["CI"] === "true" && !without.includes("postgres")) throw new Error(reason);
  return reason;
}

function findPrograms(): string | null {
  const { stdout } = spawnSync("pg_config", ["--bindir"], { encoding: "utf8" });
  const debian = "/usr/lib/postgresql";
  const versions = existsSync(debian) ? readdirSync(debian).map((version) => join(debian, version, "bin")) : [];
  const places = [stdout?.trim() ?? "", ...versions, "/opt/homebrew/opt/postgresql/bin"];
  return places.find((place) => place !== "" && existsSync(join(place, "initdb"))) ?? null;
}

/** PostgreSQL refuses to run as root; 65534 is `nobody` on Linux. */
function plainUser(): { uid?: number; gid?: number } {
  return process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
