// The import rules of docs/ARCHITECTURE.md. The three tables below are the rules; everything else applies them.
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { describe, it } from "node:test";

const ports = ["config", "storage", "models", "events"];
const capabilities =
  "engine tools observability healing memory cost review security evaluation tenancy automation notify".split(" ");
const faces = ["cli", "server", "mcp", "sdk"];

/** What a room may import of other rooms, besides itself. A room that is not in the table does not exist. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  core: [],
  config: ["core"],
  storage: ["core"],
  // What a probe has measured is kept.
  models: ["core", "storage"],
  // The log is written in the transaction of what it tells, so it needs storage's port.
  events: ["core", "storage"],
  ...Object.fromEntries(capabilities.map((room) => [room, ["core", ...ports]])),
  "doctor.ts": ["core"],
  // Operations about the process that hosts, and the settings of what it serves: clients need them without a host.
  "hosting.ts": ["core"],
  // The composition root: rooms.ts hands each room what it wants of the others, app.ts makes one product of them.
  "rooms.ts": ["core", ...ports, ...capabilities, "hosting.ts"],
  "app.ts": ["core", ...ports, ...capabilities, "rooms.ts", "doctor.ts", "hosting.ts"],
  // Who hosts a folder and who is its client, and the host that stays: the composition root's second half.
  host: ["core", ...ports, ...capabilities, "app.ts", "hosting.ts", "sdk", "server"],
  "index.ts": ["core", ...ports, ...capabilities, "app.ts", "sdk"],
  sdk: ["core", "app.ts"],
  server: ["core", "app.ts", "sdk"],
  mcp: ["core", "app.ts", "sdk"],
  // The command line starts the other faces (`tutti up`, `tutti mcp`).
  cli: ["core", "app.ts", "host", "hosting.ts", "sdk", "server", "mcp"],
};

/** Packages and built-ins that have one home. */
const homes: readonly { readonly package: RegExp; readonly rooms: readonly string[]; readonly instead: string }[] = [
  {
    package: /^pg-boss$/,
    rooms: ["engine"],
    instead: "queue work through the engine's RunQueue",
  },
  {
    package: /^(node:sqlite|pg)$/,
    rooms: ["storage"],
    instead: "take a Database from src/storage/database.ts as a dependency",
  },
  {
    package: /^kysely($|\/)/,
    rooms: ["storage", "models", "events", ...capabilities],
    instead: "let the capability that owns the table ask, and call its operation",
  },
  {
    package: /^(hono|@hono\/.*)($|\/)/,
    rooms: ["server"],
    instead: "declare an operation; the server makes the route from it",
  },
  { package: /^(commander|picocolors)$/, rooms: ["cli"], instead: "return data; the command line shows it" },
];

/** The only things from outside that `core` may import. */
const coreMayImport: readonly { readonly package: string; readonly typeOnly: boolean }[] = [
  { package: "node:crypto", typeOnly: false },
  { package: "zod", typeOnly: true },
];

interface SourceFile {
  /** Relative to src, with slashes. */
  readonly path: string;
  readonly text: string;
}

interface Import {
  readonly file: string;
  readonly specifier: string;
  /** Relative to src, for a relative import; else null. */
  readonly target: string | null;
  readonly clause: string;
}

describe("the architecture", () => {
  it("is kept by every import in src", () => {
    const violations = violationsOf(readSources());
    assert.equal(violations.length, 0, `\n\n${violations.map((text) => `  - ${text}`).join("\n")}\n`);
  });
});

describe("the architecture check", () => {
  const cases: readonly { readonly name: string; readonly files: Record<string, string>; readonly says: RegExp }[] = [
    {
      name: "a port that imports a capability",
      files: { "storage/a.ts": 'import { b } from "../engine/b.ts";', "engine/b.ts": "" },
      says: /^src\/storage\/a\.ts imports src\/engine\/b\.ts, but storage may import only core/,
    },
    {
      name: "a capability that imports another, even by its door and only a type",
      files: { "cost/a.ts": 'import type { B } from "../memory/capability.ts";', "memory/capability.ts": "" },
      says: /^src\/cost\/a\.ts imports src\/memory\/capability\.ts, but capabilities never import one another: declare/,
    },
    {
      name: "app.ts that goes past a door",
      files: { "app.ts": 'import { recall } from "./memory/retrieval.ts";', "memory/retrieval.ts": "" },
      says: /^src\/app\.ts imports src\/memory\/retrieval\.ts, but a capability is entered only by its capability\.ts/,
    },
    {
      name: "a face that reaches into a capability",
      files: { "cli/a.ts": 'import { b } from "../review/capability.ts";', "review/capability.ts": "" },
      says: /^src\/cli\/a\.ts imports src\/review\/capability\.ts, but cli may import only .*: call an operation/,
    },
    {
      name: "an import over several lines",
      files: { "models/a.ts": 'import {\n  b,\n  c,\n} from "../config/b.ts";', "config/b.ts": "" },
      says: /^src\/models\/a\.ts imports src\/config\/b\.ts/,
    },
    {
      name: "a lazy import",
      files: { "events/a.ts": 'const b = await import("../tools/b.ts");', "tools/b.ts": "" },
      says: /^src\/events\/a\.ts imports src\/tools\/b\.ts/,
    },
    {
      name: "a re-export",
      files: { "config/a.ts": 'export { b } from "../events/b.ts";', "events/b.ts": "" },
      says: /^src\/config\/a\.ts imports src\/events\/b\.ts/,
    },
    {
      name: "a database driver outside storage",
      files: { "review/a.ts": 'import { DatabaseSync } from "node:sqlite";' },
      says: /^src\/review\/a\.ts imports "node:sqlite", which only storage may import: take a Database/,
    },
    {
      name: "a driver of Kysely outside storage",
      files: { "engine/a.ts": 'import { Kysely, PostgresDialect } from "kysely";' },
      says: /^src\/engine\/a\.ts imports PostgresDialect from "kysely", but only storage may open a database/,
    },
    {
      name: "Hono outside the server",
      files: { "cli/a.ts": 'import { serve } from "@hono/node-server";' },
      says: /^src\/cli\/a\.ts imports "@hono\/node-server", which only server may import/,
    },
    {
      name: "I/O in core",
      files: { "core/a.ts": 'import { readFileSync } from "node:fs";' },
      says: /^src\/core\/a\.ts imports "node:fs", but core holds words and types only/,
    },
    {
      name: "zod as a value in core",
      files: { "core/a.ts": 'import { z } from "zod";' },
      says: /^src\/core\/a\.ts imports "zod" as a value, but core may import only its types: write `import type`/,
    },
    {
      name: "a cycle",
      files: {
        "engine/a.ts": 'import { b } from "./b.ts";',
        "engine/b.ts": 'import { c } from "./c.ts";',
        "engine/c.ts": 'import { a } from "./a.ts";',
      },
      says: /^src\/engine\/a\.ts → src\/engine\/b\.ts → src\/engine\/c\.ts → src\/engine\/a\.ts is a cycle/,
    },
    {
      name: "a cycle of types",
      files: {
        "models/a.ts": 'import type { B } from "./b.ts";',
        "models/b.ts": 'import type { A } from "./a.ts";',
      },
      says: /^src\/models\/a\.ts → src\/models\/b\.ts → src\/models\/a\.ts is a cycle/,
    },
    {
      name: "a file outside every room",
      files: { "utils/a.ts": "" },
      says: /^src\/utils\/a\.ts lies in no room/,
    },
    {
      name: "an import of a file that is not there",
      files: { "engine/a.ts": 'import { b } from "./b.js";' },
      says: /^src\/engine\/a\.ts imports "\.\/b\.js", and there is no src\/engine\/b\.js: write the \.ts file/,
    },
  ];
  for (const { name, files, says } of cases) {
    it(`finds ${name}`, () => {
      const violations = violationsOf(toSources(files));
      assert.equal(violations.length, 1, violations.join("\n"));
      assert.match(violations[0] ?? "", says);
    });
  }

  it("lets everything pass that the tables allow", () => {
    const violations = violationsOf(
      toSources({
        "core/id.ts": 'import { hash } from "node:crypto";\nimport type { z } from "zod";',
        "storage/database.ts": 'import pg from "pg";\nimport type { Id } from "../core/id.ts";',
        "engine/capability.ts":
          'import { sql } from "kysely";\nimport type { Database } from "../storage/database.ts";\nimport "./inner.ts";',
        "engine/inner.ts": 'import PgBoss from "pg-boss";',
        "app.ts": 'import { createEngine } from "./engine/capability.ts";',
        "index.ts": 'export type { Id } from "./core/id.ts";',
        "cli/main.ts": 'const { createApp } = await import("../app.ts");',
      }),
    );
    assert.deepEqual(violations, []);
  });

  it("does not take comments and text for imports", () => {
    const text =
      '// import { b } from "../engine/b.ts";\n/*\nimport "pg";\n*/\nconst hint = `--from "../engine/b.ts"`;\n';
    assert.deepEqual(violationsOf(toSources({ "storage/a.ts": text, "engine/b.ts": "" })), []);
  });

  it("knows the files of src, and would notice if it saw none", () => {
    const files = readSources();
    assert.ok(files.some(({ path }) => path === "core/error.ts"));
    assert.ok(files.flatMap(importsOf).filter(({ target }) => target !== null).length > files.length);
  });
});

function violationsOf(files: readonly SourceFile[]): string[] {
  const known = new Set(files.map(({ path }) => path));
  const imports = files.flatMap(importsOf);
  return [
    ...files.flatMap(({ path }) => homeless(path)),
    ...imports.flatMap((entry) => (entry.target === null ? outsideViolation(entry) : insideViolation(entry, known))),
    ...cyclesOf(files, imports),
  ];
}

function homeless(path: string): string[] {
  if (Object.hasOwn(mayImport, roomOf(path))) return [];
  return [`src/${path} lies in no room: move it into one, or add the room to the table of ${thisFile}.`];
}

function insideViolation({ file, specifier, target }: Import, known: ReadonlySet<string>): string[] {
  const [room, targetRoom] = [roomOf(file), roomOf(target ?? "")];
  const start = `src/${file} imports src/${target}`;
  if (target === null || !known.has(target)) {
    return [`src/${file} imports "${specifier}", and there is no src/${target}: write the .ts file that you mean.`];
  }
  if (room === targetRoom || !Object.hasOwn(mayImport, room)) return [];
  if (!mayImport[room]?.includes(targetRoom)) return [`${start}, but ${ruleAndRemedy(room, targetRoom)}`];
  if (capabilities.includes(targetRoom) && target !== `${targetRoom}/capability.ts`) {
    return [`${start}, but a capability is entered only by its capability.ts: export there what others may use.`];
  }
  return [];
}

function ruleAndRemedy(room: string, targetRoom: string): string {
  const allowed = mayImport[room] ?? [];
  if (capabilities.includes(room) && capabilities.includes(targetRoom)) {
    return `capabilities never import one another: declare the small interface that ${room} wants, and app.ts hands it in.`;
  }
  const rule = allowed.length === 0 ? `${room} imports no other room` : `${room} may import only ${allowed.join(", ")}`;
  if (faces.includes(room)) return `${rule}: call an operation instead, through app.ts or the sdk.`;
  return `${rule}: arrows point downward, so move what both need into core, or take it as a dependency.`;
}

function outsideViolation({ file, specifier, clause }: Import): string[] {
  const room = roomOf(file);
  if (room === "core") return coreViolation(file, specifier, clause);
  const home = homes.find((entry) => entry.package.test(specifier));
  if (home && !home.rooms.includes(room)) {
    return [`src/${file} imports "${specifier}", which only ${home.rooms.join(", ")} may import: ${home.instead}.`];
  }
  const driver = specifier === "kysely" && room !== "storage" ? /\w+(?:Dialect|Driver)\b/.exec(clause)?.[0] : undefined;
  if (driver === undefined) return [];
  return [
    `src/${file} imports ${driver} from "kysely", but only storage may open a database: take a Database as a dependency.`,
  ];
}

function coreViolation(file: string, specifier: string, clause: string): string[] {
  const entry = coreMayImport.find((allowed) => allowed.package === specifier);
  if (!entry) {
    return [
      `src/${file} imports "${specifier}", but core holds words and types only: move what needs it into a port or a capability.`,
    ];
  }
  if (!entry.typeOnly || /^(import|export)\s+type\b/.test(clause)) return [];
  return [
    `src/${file} imports "${specifier}" as a value, but core may import only its types: write \`import type\`, or move the schema.`,
  ];
}

/** Every file that can reach itself, reported once for each cycle, starting at its first file by name. */
function cyclesOf(files: readonly SourceFile[], imports: readonly Import[]): string[] {
  const edges = new Map<string, string[]>();
  // Types count: files that know each other's shapes can only be read and changed together.
  for (const { file, target } of imports) if (target !== null) edges.set(file, [...(edges.get(file) ?? []), target]);
  const reported = new Set<string>();
  return files
    .map(({ path }) => path)
    .toSorted()
    .flatMap((path) => {
      const cycle = reported.has(path) ? null : shortestWayBack(path, edges);
      if (!cycle) return [];
      for (const member of cycle) reported.add(member);
      const chain = [...cycle, path].map((member) => `src/${member}`).join(" → ");
      return [`${chain} is a cycle: move what both sides need into a file that imports neither.`];
    });
}

function shortestWayBack(start: string, edges: ReadonlyMap<string, readonly string[]>): string[] | null {
  const cameFrom = new Map<string, string>();
  const queue = [start];
  for (const file of queue) {
    for (const next of edges.get(file) ?? []) {
      if (next === start) return wayTo(file, start, cameFrom);
      if (!cameFrom.has(next)) {
        cameFrom.set(next, file);
        queue.push(next);
      }
    }
  }
  return null;
}

function wayTo(end: string, start: string, cameFrom: ReadonlyMap<string, string>): string[] {
  const way = [end];
  while (way[0] !== start) way.unshift(cameFrom.get(way[0] ?? "") ?? start);
  return way;
}

const statement = /^[ \t]*((?:import|export)\b[^;"'`]*?\bfrom\s*|import\s*)(["'])([^"'\n]+)\2/gm;
const lazy = /(\bimport)\(\s*(["'])([^"'\n]+)\2/g;

function importsOf({ path, text }: SourceFile): Import[] {
  const code = text.replaceAll(/\/\*[\s\S]*?\*\//g, "").replaceAll(/^\s*\/\/.*$/gm, "");
  return [...code.matchAll(statement), ...code.matchAll(lazy)].map(([, clause = "", , specifier = ""]) => ({
    file: path,
    specifier,
    clause,
    target: specifier.startsWith(".") ? posix.join(posix.dirname(path), specifier) : null,
  }));
}

function roomOf(path: string): string {
  return path.split("/")[0] ?? "";
}

const thisFile = "test/architecture.test.ts";
const source = join(dirname(import.meta.dirname), "src");

function readSources(): SourceFile[] {
  const paths = globSync("**/*.ts", { cwd: source }).map((path) => path.replaceAll("\\", "/"));
  return paths.toSorted().map((path) => ({ path, text: readFileSync(join(source, path), "utf8") }));
}

function toSources(files: Readonly<Record<string, string>>): SourceFile[] {
  return Object.entries(files).map(([path, text]) => ({ path, text }));
}
