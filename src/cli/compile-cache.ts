import { enableCompileCache } from "node:module";
import { homedir } from "node:os";
import { join } from "node:path";

/**
 * Lets Node keep the compiled code of all that is loaded from now on. In the user's own folder: what lies in the
 * temporary one could be somebody else's, and is run.
 */
export function keepCompiledCode(environment: Readonly<Record<string, string | undefined>>): void {
  // Where the folder cannot be made, everything works as without it.
  enableCompileCache(join(cacheFolder(environment), "tutti"));
}

function cacheFolder(environment: Readonly<Record<string, string | undefined>>): string {
  const home = environment["HOME"] || homedir();
  if (process.platform === "win32") return environment["LOCALAPPDATA"] || join(home, "AppData", "Local");
  return environment["XDG_CACHE_HOME"] || join(home, process.platform === "darwin" ? "Library/Caches" : ".cache");
}
