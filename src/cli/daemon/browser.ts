import { spawn } from "node:child_process";

type Environment = Readonly<Record<string, string | undefined>>;

// An opener that has not failed by then has found a browser; some stay as long as it does.
const failsWithinMs = 1_500;

/** Whether there is a screen that a browser could come up on. */
export function hasDisplay(environment: Environment, platform: NodeJS.Platform = process.platform): boolean {
  if (platform !== "linux") return !environment["SSH_CONNECTION"];
  return Boolean(environment["DISPLAY"] || environment["WAYLAND_DISPLAY"]);
}

/** Opens an address, without a shell that could read more into it; false where nothing opens it. */
export async function openBrowser(url: string, environment: Environment): Promise<boolean> {
  const [program = "", ...words] = opener(url, process.platform);
  const child = spawn(program, words, { detached: true, stdio: "ignore", env: { ...environment } });
  const { promise, resolve } = Promise.withResolvers<boolean>();
  child.once("error", () => resolve(false));
  child.once("exit", (code) => resolve(code === 0));
  const timer = setTimeout(() => resolve(true), failsWithinMs);
  const isOpen = await promise;
  clearTimeout(timer);
  child.unref();
  return isOpen;
}

function opener(url: string, platform: NodeJS.Platform): readonly string[] {
  if (platform === "darwin") return ["open", url];
  // `start` is a word of cmd.exe only, and would take & for the next command.
  if (platform === "win32") return ["rundll32", "url.dll,FileProtocolHandler", url];
  return ["xdg-open", url];
}
