import { execFile } from "node:child_process";
import { homedir, userInfo } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { TuttiError } from "../../core/error.ts";
import { launchdLabel, launchdPlist, serviceName, systemdUnit, type Service } from "./service-unit.ts";

type Words = readonly string[];

/** How a machine keeps programs running for its user, without anybody else's rights. */
export interface ServiceManager {
  readonly name: string;
  /** Where the definition of the folder's service lies. */
  readonly file: string;
  readonly definition: (service: Service) => string;
  /** Commands that make a new definition count and start it. */
  readonly install: { readonly load: readonly Words[]; readonly start: readonly Words[] };
  readonly uninstall: { readonly stop: readonly Words[]; readonly forget: readonly Words[] };
  /** Ends with 0 where the service runs. */
  readonly isRunning: Words;
  readonly hint: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

export function serviceManager(folder: string, environment: Environment, platform = process.platform): ServiceManager {
  if (platform === "linux") return systemd(folder, environment);
  if (platform === "darwin") return launchd(folder, environment);
  throw new TuttiError("usage.invalid", `there is no service for ${platform} here: systemd and launchd are known`, {
    hint: "Let your system start at log-in: tutti up --detach",
  });
}

function systemd(folder: string, environment: Environment): ServiceManager {
  const unit = `${serviceName(folder)}.service`;
  const settings = environment["XDG_CONFIG_HOME"] || join(environment["HOME"] || homedir(), ".config");
  return {
    name: unit,
    file: join(settings, "systemd", "user", unit),
    definition: systemdUnit,
    install: { load: [systemctl("daemon-reload"), systemctl("enable", unit)], start: [systemctl("restart", unit)] },
    uninstall: { stop: [systemctl("disable", "--now", unit)], forget: [systemctl("daemon-reload")] },
    isRunning: systemctl("is-active", "--quiet", unit),
    hint: "It starts when you log in. To start with the machine: loginctl enable-linger",
  };
}

function systemctl(...words: Words): Words {
  return ["systemctl", "--user", ...words];
}

function launchd(folder: string, environment: Environment): ServiceManager {
  const label = launchdLabel(folder);
  const file = join(environment["HOME"] || homedir(), "Library", "LaunchAgents", `${label}.plist`);
  const domain = `gui/${userInfo().uid}`;
  return {
    name: label,
    file,
    definition: launchdPlist,
    // An agent that is loaded keeps its old definition, and starts with its load.
    install: {
      load: [["launchctl", "bootout", `${domain}/${label}`]],
      start: [["launchctl", "bootstrap", domain, file]],
    },
    uninstall: { stop: [["launchctl", "bootout", `${domain}/${label}`]], forget: [] },
    isRunning: ["launchctl", "print", `${domain}/${label}`],
    hint: "It starts when you log in.",
  };
}

const longestMs = 30_000;

/** What a program of the service manager answers; null where it did what it was told, else why not. */
export async function tell([program = "", ...words]: Words, environment: Environment): Promise<string | null> {
  try {
    await promisify(execFile)(program, words, { env: { ...environment }, timeout: longestMs });
    return null;
  } catch (error) {
    const said = error instanceof Error && "stderr" in error ? String(error.stderr).trim() : "";
    return said || (error instanceof Error ? error.message : String(error));
  }
}
