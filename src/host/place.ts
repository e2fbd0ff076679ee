import { join } from "node:path";
import { findHome, isFolder, openHome } from "../storage/home.ts";

export interface Place {
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** The data folder of a place; null where there is none. */
export function findDataFolder({ cwd, environment }: Place): string | null {
  const found = findHome(cwd, environment["TUTTI_HOME"] || undefined);
  return found && isFolder(found.path) ? found.path : null;
}

/** The same, made where there is none. */
export function makeDataFolder({ cwd, environment }: Place): string {
  return openHome(cwd, environment["TUTTI_HOME"] || undefined).path;
}

/** What opens the API to a program. */
export function tokenPath(home: string): string {
  return join(home, "token");
}
