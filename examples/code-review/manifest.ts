import { baseName } from "./file-kind.ts";

/** The packages that a manifest asks for: version as written, by name. */
export type Packages = ReadonlyMap<string, string>;

interface Manifest {
  readonly matches: RegExp;
  readonly locks: readonly string[];
  readonly read: (text: string) => Packages;
}

const manifests: readonly Manifest[] = [
  {
    matches: /^package\.json$/,
    locks: ["package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock", "bun.lockb"],
    read: (text) =>
      fromJson(text, ["dependencies", "devDependencies", "peerDependencies", "optionalDependencies", "engines"]),
  },
  { matches: /^composer\.json$/, locks: ["composer.lock"], read: (text) => fromJson(text, ["require", "require-dev"]) },
  { matches: /^[\w.-]*requirements[\w.-]*\.txt$/, locks: [], read: fromRequirements },
  { matches: /^pyproject\.toml$/, locks: ["poetry.lock", "uv.lock", "pdm.lock"], read: fromPyproject },
  { matches: /^Pipfile$/, locks: ["Pipfile.lock"], read: (text) => fromToml(text, /^(?:dev-)?packages$/) },
  {
    matches: /^Cargo\.toml$/,
    locks: ["Cargo.lock"],
    read: (text) => fromToml(text, /(?:^|\.)(?:[a-z]+-)?dependencies$/),
  },
  { matches: /^go\.mod$/, locks: ["go.sum"], read: fromGoMod },
  { matches: /^Gemfile$/, locks: ["Gemfile.lock"], read: fromGemfile },
];

export const manifestOf = (path: string): Manifest | null =>
  manifests.find(({ matches }) => matches.test(baseName(path))) ?? null;

/** The manifests that a lock file belongs to. */
export const manifestsOfLock = (path: string): readonly Manifest[] =>
  manifests.filter(({ locks }) => locks.includes(baseName(path)));

export const isLockFile = (path: string): boolean => manifestsOfLock(path).length > 0;

function fromJson(text: string, sections: readonly string[]): Packages {
  const packages = new Map<string, string>();
  const root = parseObject(text);
  for (const section of sections) {
    const entries = root[section];
    if (typeof entries !== "object" || entries === null) continue;
    for (const [name, version] of Object.entries(entries)) {
      const key = section === "engines" ? `${name} (engine)` : name;
      // What is also a peer is asked for by the section named first.
      if (!packages.has(key)) packages.set(key, String(version));
    }
  }
  return packages;
}

// A manifest that is broken in one of the two versions is the reader's to see in the diff, not a reason to stop.
function parseObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

function fromRequirements(text: string): Packages {
  return new Map(lines(text, "#").flatMap(requirement));
}

function requirement(text: string): [string, string][] {
  const address = /^(?:-e\s+|--editable[ =])?((?:git\+|hg\+|https?:|ssh:)\S+)/.exec(text)?.[1];
  if (address !== undefined) return [[/#egg=([\w.-]+)/.exec(address)?.[1] ?? address, address]];
  const match = /^([A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\])?\s*(.*?)\s*(?:;.*)?$/.exec(text);
  return match ? [[match[1] ?? "", match[2] || "any"]] : [];
}

function fromPyproject(text: string): Packages {
  const packages = new Map(fromToml(text, /^tool\.poetry(?:\.group\.[\w-]+)?\.(?:dev-)?dependencies$/));
  const project = text.split(/^(?=\[)/m).find((section) => section.startsWith("[project]")) ?? "";
  const [, list = ""] = /^dependencies\s*=\s*\[((?:[^\]"']|"[^"]*"|'[^']*')*)\]/m.exec(project) ?? [];
  for (const [, , quoted = ""] of list.matchAll(/(["'])(.*?)\1/g)) {
    for (const [name, version] of requirement(quoted)) packages.set(name, version);
  }
  return packages;
}

/** `name = "1"`, `name = { version = "1" }` and `[dependencies.name]` below the sections that match. */
function fromToml(text: string, section: RegExp): Packages {
  const packages = new Map<string, string>();
  let current = "";
  for (const line of lines(text, "#")) {
    const head = /^\[+([^\]]+)\]+$/.exec(line)?.[1]?.replaceAll('"', "");
    if (head !== undefined) current = head;
    const entry = /^["']?([\w.-]+)["']?\s*=\s*(.+)$/.exec(line);
    if (head !== undefined || !entry) continue;
    const [, name = "", value = ""] = entry;
    if (section.test(current)) packages.set(name, tomlVersion(value));
    else if (name === "version" && section.test(parentOf(current))) packages.set(ownName(current), tomlVersion(value));
  }
  return packages;
}

const parentOf = (name: string): string => name.slice(0, Math.max(name.lastIndexOf("."), 0));
const ownName = (name: string): string => name.slice(name.lastIndexOf(".") + 1);

function tomlVersion(value: string): string {
  const inner = /^\{.*?\bversion\s*=\s*(["'])(.*?)\1/.exec(value)?.[2];
  return inner ?? value.replace(/^(["'])(.*)\1$/, "$2");
}

function fromGoMod(text: string): Packages {
  const found = lines(text, "//").flatMap((line): [string, string][] => {
    const replaced = /^(?:replace\s+)?(\S+)(?:\s+v\S+)?\s+=>\s+(.+)$/.exec(line);
    if (replaced) return [[`${replaced[1]} (replace)`, replaced[2] ?? ""]];
    const match = /^(?:require\s+)?([\w.-]+\.[\w.-]+\/\S+|go|toolchain)\s+(v?\d\S*)$/.exec(line);
    return match ? [[match[1] ?? "", match[2] ?? ""]] : [];
  });
  return new Map(found);
}

function fromGemfile(text: string): Packages {
  const found = lines(text, "#").flatMap((line): [string, string][] => {
    const match = /^gem\s+(["'])(.+?)\1(?:\s*,\s*(["'])(.+?)\3)?/.exec(line);
    const address = /\b(?:git|github):\s*["'](.+?)["']/.exec(line)?.[1];
    return match ? [[match[2] ?? "", address === undefined ? (match[4] ?? "any") : `git+${address}`]] : [];
  });
  return new Map(found);
}

// A mark inside a word is no comment: `git+https://host/x#egg=y`.
function lines(text: string, comment: string): string[] {
  return text
    .split("\n")
    .map((line) => (line.startsWith(comment) ? "" : (line.split(` ${comment}`)[0] ?? "").trim()))
    .filter((line) => line !== "");
}
