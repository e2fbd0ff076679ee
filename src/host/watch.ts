import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { readConfig } from "../app.ts";
import { changedKeys } from "../config/difference.ts";
import type { Config } from "../config/load.ts";
import { TuttiError } from "../core/error.ts";
import { serverSection } from "../hosting.ts";
import type { ConnectOptions, ServedEnd } from "../sdk/connection.ts";
import type { Home } from "../storage/home.ts";

export interface WatchedHost {
  readonly home: Home;
  readonly options: Pick<ConnectOptions, "cwd" | "environment" | "flags" | "log">;
  readonly config: Config;
  /** The port that it listens on. */
  readonly port: number;
  /** Nothing is being worked on, so a new start costs nobody anything. */
  isIdle(): boolean;
}

// Two small files and a folder: nobody waits for this, and a laptop sleeps on.
const lookAgainMs = 1_000;

/** Looks after what a host stands on: resolves when it is to start anew by other settings, rejects when its folder is gone. */
export function watchGround(host: WatchedHost): { readonly ended: Promise<ServedEnd> } & Disposable {
  const { promise, resolve, reject } = Promise.withResolvers<ServedEnd>();
  const settings = settingsWatch(host);
  const lock = identityOf(host.home.lock);
  const look = (): void => {
    if (identityOf(host.home.lock) !== lock) return reject(folderGone(host.home));
    const changed = settings();
    if (changed !== null && canStartAgain() && host.isIdle()) resolve({ kind: "settings", port: changed.port });
  };
  const timer = setInterval(() => attempt(look, reject), lookAgainMs);
  timer.unref();
  return { ended: promise, [Symbol.dispose]: () => clearInterval(timer) };
}

/** Windows cannot replace a process; elsewhere the program may be gone since it was started, as by an update of Node. */
function canStartAgain(): boolean {
  return process.execve !== undefined && existsSync(process.execPath) && existsSync(process.argv[1] ?? "");
}

function attempt(act: () => void, fail: (error: unknown) => void): void {
  try {
    act();
  } catch (error) {
    fail(error);
  }
}

/**
 * A lock in a folder that was removed, or that another has taken the place of, holds nothing any more. Only looked at:
 * to open the lock's file in the process that holds it, and to close it, would give the lock away (fcntl(2)).
 */
function identityOf(lock: string): string | null {
  const there = statSync(lock, { throwIfNoEntry: false });
  return there ? `${there.dev}:${there.ino}:${there.mtimeMs}` : null;
}

/** Gives what a new start would use once it differs from what is in use; says so, and what speaks against it. */
function settingsWatch({ options, config, port }: WatchedHost): () => { readonly port: number | null } | null {
  let seen = textOf(options.cwd, config.file);
  let wanted: Config | null = null;
  return () => {
    const text = textOf(options.cwd, config.file);
    if (text !== seen) {
      seen = text;
      wanted = readAnew(options, config);
    }
    if (wanted === null) return null;
    const isSamePort = wanted.get(serverSection).port === config.get(serverSection).port;
    return { port: isSamePort ? port : null };
  };
}

function readAnew(options: WatchedHost["options"], config: Config): Config | null {
  const { log } = options;
  try {
    const wanted = readConfig({ folder: options.cwd, environment: options.environment, flags: options.flags });
    const keys = changedKeys(config, wanted);
    if (keys.length === 0) return null;
    const how = canStartAgain()
      ? "starts anew as soon as nothing is being worked on"
      : "it counts from the next `tutti up`";
    const message = `${keys.join(", ")} changed: ${how}.`;
    log.info("host.settings_changed", { message, keys });
    return wanted;
  } catch (error) {
    if (!(error instanceof TuttiError)) throw error;
    log.warn("host.settings_invalid", {
      message: `The settings stay as they were: ${error.message}`,
      code: error.code,
    });
    return null;
  }
}

/** All that the settings are read from, beside the environment. */
function textOf(cwd: string, file: string | undefined): string {
  const folder = file === undefined ? cwd : dirname(file);
  return ["tutti.yaml", ".env"].map((name) => `${name}\n${read(join(folder, name))}`).join("\n");
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return ""; // not there; one that cannot be read is told when the settings are read
  }
}

function folderGone({ path }: Home): TuttiError {
  return new TuttiError("storage.unavailable", `${path} was removed or replaced while a daemon served it`, {
    hint: `What was written to the old ${basename(path)} is lost with it. Start anew: tutti up`,
    where: path,
  });
}
