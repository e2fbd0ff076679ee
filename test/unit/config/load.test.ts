import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { z } from "zod";
import type { AnyOperation } from "../../../src/core/operation.ts";
import { createConfig } from "../../../src/config/capability.ts";
import { describeConfig } from "../../../src/config/describe.ts";
import { explainSetting } from "../../../src/config/explain.ts";
import { loadConfig, loadConfigOrDefaults } from "../../../src/config/load.ts";
import type { ConfigInput } from "../../../src/config/load.ts";
import { TuttiError } from "../../../src/core/error.ts";
import { editDistance, nearest } from "../../../src/core/nearest.ts";
import { editorSchema } from "../../../src/config/schema.ts";

const storage = {
  name: "storage",
  schema: z.strictObject({
    database: z.string().default("sqlite").describe("The database."),
    durability: z.enum(["process", "power"]).default("process").describe("What must not lose anything."),
    poolSize: z.int().min(1).max(50).default(10).describe("Connections."),
  }),
};
const models = {
  name: "models",
  schema: z.strictObject({
    host: z.string().default("http://127.0.0.1:11434").describe("The server."),
    names: z.array(z.string()).default([]).describe("Models to offer."),
    ports: z.array(z.int()).default([]).describe("Ports."),
    warm: z.boolean().default(false).describe("Load at the start."),
    timeout: z.union([z.string(), z.number()]).default("5m").describe("The longest call."),
    apiKey: z.string().optional().describe("A key."),
    limits: z
      .strictObject({ daily: z.int().default(5), byName: z.record(z.string(), z.int()).default({}) })
      .prefault({})
      .describe("Limits."),
  }),
};
const sections = [storage, models];
const root = mkdtempSync(join(tmpdir(), "tutti-config-"));
after(() => rmSync(root, { recursive: true, force: true }));
let count = 0;

/** Loads with a tutti.yaml and a .env of its own. */
function load(yaml: string | null, more: Partial<ConfigInput> & { secrets?: string } = {}) {
  const folder = join(root, String(count++));
  mkdirSync(join(folder, "deep/er"), { recursive: true });
  if (yaml !== null) writeFileSync(join(folder, "tutti.yaml"), yaml);
  if (more.secrets !== undefined) writeFileSync(join(folder, ".env"), more.secrets);
  return loadConfig({ sections, folder, environment: {}, ...more });
}
const fails = (run: () => unknown, code: string, where: string, message: RegExp): void =>
  assert.throws(run, { code, where, message });

describe("the configuration", () => {
  it("has defaults without a file, and is frozen", () => {
    const config = load(null);
    assert.equal(config.file, undefined);
    assert.deepEqual(config.get(storage), { database: "sqlite", durability: "process", poolSize: 10 });
    assert.equal(config.get(models).limits.daily, 5);
    assert.ok(Object.isFrozen(config.get(models).limits) && Object.isFrozen(config));
  });
  it("is sought upward", () => {
    const folder = join(root, "up");
    mkdirSync(join(folder, "a/b"), { recursive: true });
    writeFileSync(join(folder, "tutti.yaml"), "storage:\n  poolSize: 3\n");
    const config = loadConfig({ sections, folder: join(folder, "a/b"), environment: {} });
    assert.equal(config.get(storage).poolSize, 3);
    assert.equal(config.file, join(folder, "tutti.yaml"));
  });
  it("takes flags before environment before .env before file before defaults", () => {
    const yaml = "storage: { poolSize: 2 }";
    const secrets = "TUTTI_STORAGE_POOL_SIZE=3\n";
    const environment = { TUTTI_STORAGE_POOL_SIZE: "4" };
    assert.equal(load(yaml).get(storage).poolSize, 2);
    assert.equal(load(yaml, { secrets }).get(storage).poolSize, 3);
    assert.equal(load(yaml, { secrets, environment }).get(storage).poolSize, 4);
    assert.equal(load(yaml, { secrets, environment, flags: { "storage.poolSize": "5" } }).get(storage).poolSize, 5);
  });
  it("turns text of the environment into what the setting takes", () => {
    const environment = {
      TUTTI_MODELS_NAMES: "a, b",
      TUTTI_MODELS_PORTS: "1,2",
      TUTTI_MODELS_WARM: "yes",
      TUTTI_MODELS_TIMEOUT: "300",
      TUTTI_MODELS_LIMITS: "{daily: 9}",
      TUTTI_STORAGE_DURABILITY: "power",
    };
    const { names, ports, warm, timeout, limits } = load(null, { environment }).get(models);
    assert.deepEqual(
      { names, ports, warm, timeout, limits },
      { names: ["a", "b"], ports: [1, 2], warm: true, timeout: 300, limits: { daily: 9, byName: {} } },
    );
    assert.equal(load(null, { environment: { TUTTI_MODELS_TIMEOUT: "5m" } }).get(models).timeout, "5m");
  });
  it("knows TUTTI_DATABASE and OLLAMA_HOST, and leaves alone what is not its own", () => {
    const environment = {
      TUTTI_DATABASE: "postgres://x",
      OLLAMA_HOST: "h:1",
      TUTTI_HOME: "/h",
      TUTTI_TEST_X: "1",
      TUTTI_OTHER_THING: "1",
      TUTTI_STORAGE_POOL_SIZE: "",
    };
    const config = load("storage: { database: sqlite }", { environment });
    assert.deepEqual(
      [config.get(storage).database, config.get(storage).poolSize, config.get(models).host],
      ["postgres://x", 10, "h:1"],
    );
    assert.equal(load(null, { environment: { OLLAMA_HOST: "h:1", TUTTI_MODELS_HOST: "h:2" } }).get(models).host, "h:2");
  });
  it("takes an empty file and a section without keys as nothing said", () => {
    for (const yaml of ["", "# nothing\n", "storage:\n  # poolSize: 3\n", "\uFEFFstorage: {}\r\n"])
      assert.equal(load(yaml).get(storage).poolSize, 10);
  });
  it("fills ${NAME} from the environment and from .env", () => {
    const yaml = "storage:\n  database: postgres://u:${PASSWORD}@h\n  poolSize: ${SIZE}\nmodels:\n  host: $${HOST}\n";
    const config = load(yaml, { secrets: "PASSWORD='p w'\nSIZE=1\n", environment: { SIZE: "7" } });
    assert.deepEqual([config.get(storage).database, config.get(storage).poolSize], ["postgres://u:p w@h", 7]);
    assert.equal(config.get(models).host, "${HOST}");
    fails(() => load("storage:\n  database: ${NOPE}\n"), "config.invalid", "tutti.yaml:2:13", /\$\{NOPE\} is not set/);
  });
});

describe("a mistake in the configuration", () => {
  it("in a key is shown with its place and the nearest key", () => {
    fails(
      () => load("storage:\n  poolSze: 3\n"),
      "config.unknown_key",
      "tutti.yaml:2:3",
      /unknown key "storage.poolSze" in tutti.yaml:2:3; did you mean "poolSize"\?/,
    );
    fails(() => load("\nstroage:\n  poolSize: 3\n"), "config.unknown_key", "tutti.yaml:2:1", /did you mean "storage"/);
    fails(() => load("poolSize: 3\n"), "config.unknown_key", "tutti.yaml:1:1", /did you mean "storage.poolSize"/);
    fails(
      () => load("models:\n  limits:\n    dialy: 3\n"),
      "config.unknown_key",
      "tutti.yaml:3:5",
      /did you mean "daily"/,
    );
    fails(() => load("zzzz: 3\n"), "config.unknown_key", "tutti.yaml:1:1", /unknown key "zzzz" in tutti.yaml:1:1$/);
  });
  it("in a name given by hand is met with those near it", () => {
    const hintFor = (name: string): string => {
      try {
        explainSetting(load(null), name);
      } catch (error) {
        if (error instanceof TuttiError) return error.hint ?? "";
      }
      return assert.fail(`${name} is no mistake`);
    };
    assert.equal(hintFor("pool"), "Write storage.poolSize.");
    assert.match(hintFor("storage.nope"), /Near it are storage\.database, storage\.durability/);
    assert.match(hintFor("zzzz"), /tutti config list/);
  });
  it("that is a folder in the file's place is told, and not passed over", () => {
    const folder = join(root, String(count++));
    mkdirSync(join(folder, "tutti.yaml"), { recursive: true });
    fails(() => loadConfig({ sections, folder, environment: {} }), "config.invalid", "tutti.yaml", /is a folder/);
  });
  it("leaves the defaults, the file's path and the reason to what must work all the same", async () => {
    const folder = join(root, String(count++));
    mkdirSync(folder);
    writeFileSync(join(folder, "tutti.yaml"), "storage:\n  poolSze: 3\n");
    const config = loadConfigOrDefaults({ sections, folder, environment: {} });
    assert.equal(config.problem?.code, "config.unknown_key");
    assert.equal(config.file, join(folder, "tutti.yaml"));
    assert.equal(config.get(storage).poolSize, 10);
    const answers = createConfig(config).operations.map(async (operation) => {
      const context = { signal: new AbortController().signal, caller: "test" };
      await (operation.handle({ key: "storage.poolSize" } as never, context) as Promise<unknown>);
      return operation.name;
    });
    const told = (await Promise.allSettled(answers)).flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
    assert.deepEqual(told, ["config.schema", "config.path"], "no value is made up");
  });
  it("in a value is shown with its place and what is wanted", () => {
    fails(
      () => load("storage:\n  poolSize: many\n"),
      "config.invalid",
      "tutti.yaml:2:3",
      /storage.poolSize must be whole number from 1 to 50/,
    );
    fails(() => load("storage:\n  poolSize: 99\n"), "config.invalid", "tutti.yaml:2:3", /storage.poolSize .*50/);
    fails(() => load("storage:\n  durability: often\n"), "config.invalid", "tutti.yaml:2:3", /"process" or "power"/);
    fails(() => load("models:\n  ports: [1, x]\n"), "config.invalid", "tutti.yaml:2:14", /models.ports.1/);
    fails(() => load("storage: 3\n"), "config.invalid", "tutti.yaml:1:1", /storage/);
    fails(() => load("- a\n"), "config.invalid", "tutti.yaml:1:1", /must hold sections/);
    fails(() => load("storage: { poolSize: 0, a: 1 }\n"), "config.invalid", "tutti.yaml:1:12", /1 more mistake/);
  });
  it("in the YAML is shown with its place", () => {
    fails(() => load("storage:\n  poolSize: 1\n  poolSize: 2\n"), "config.invalid", "tutti.yaml:3:3", /unique/);
    fails(() => load("storage: [\n"), "config.invalid", "tutti.yaml:2:1", /./);
    fails(() => load("storage: !wrong x\n"), "config.invalid", "tutti.yaml:1:10", /tag/);
    assert.throws(
      () =>
        load(
          "a: &a [1,1,1,1,1,1,1,1,1,1]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\n",
        ),
      { code: "config.invalid" },
    );
  });
  it("in the environment or a flag names the variable or flag", () => {
    fails(
      () => load(null, { environment: { TUTTI_STORAGE_POOLSIZE: "1" } }),
      "config.unknown_key",
      "TUTTI_STORAGE_POOLSIZE",
      /did you mean TUTTI_STORAGE_POOL_SIZE/,
    );
    fails(
      () => load(null, { environment: { TUTTI_STORAGE_ZZZ: "1" } }),
      "config.unknown_key",
      "TUTTI_STORAGE_ZZZ",
      /names no setting/,
    );
    fails(
      () => load(null, { environment: { TUTTI_DATABSE: "1" } }),
      "config.unknown_key",
      "TUTTI_DATABSE",
      /TUTTI_DATABASE/,
    );
    fails(
      () => load(null, { environment: { TUTTI_STORAGE_POOL_SIZE: "many" } }),
      "config.invalid",
      "TUTTI_STORAGE_POOL_SIZE",
      /whole number/,
    );
    fails(
      () => load(null, { flags: { "storage.poolsise": 1 } }),
      "config.unknown_key",
      "--set storage.poolsise",
      /storage.poolSize/,
    );
  });
});

describe("config explain", () => {
  const environment = { TUTTI_STORAGE_POOL_SIZE: "4" };
  it("shows each layer with its place and the winner", () => {
    const { layers, value, source } = explainSetting(
      load("storage:\n  poolSize: 2\n", { environment }),
      "storage.poolSize",
    );
    assert.deepEqual([value, source], [4, "TUTTI_STORAGE_POOL_SIZE"]);
    assert.deepEqual(layers, [
      { layer: "environment", value: 4, source: "TUTTI_STORAGE_POOL_SIZE", wins: true },
      { layer: "file", value: 2, source: "tutti.yaml:2:3", wins: false },
      { layer: "default", value: 10, source: "default", wins: false },
    ]);
  });
  it("hides secrets, whatever makes them one", () => {
    const config = load(
      "storage: { database: 'postgres://u:pass@w@h/d' }\nmodels: { apiKey: k3y, host: '${WHERE}' }\n",
      { secrets: "WHERE=s3cret-host\nTUTTI_MODELS_NAMES=s3cret\n" },
    );
    const text = JSON.stringify([config, config.settings.map((setting) => explainSetting(config, setting.name))]);
    assert.doesNotMatch(text, /k3y|s3cret|pass@w/);
    assert.match(text, /postgres:\/\/u:••••••@h\/d/);
    assert.equal(config.get(models).apiKey, "k3y");
  });
  it("names the nearest key for an unknown one", () => {
    assert.throws(() => explainSetting(load(null), "storage.poolSise"), {
      code: "config.unknown_key",
      message: /storage.poolSize/,
    });
    assert.throws(() => explainSetting(load(null), "storage"), {
      code: "config.unknown_key",
      hint: /storage.database/,
    });
  });
  it("answers through its operations as their schemas say", async () => {
    const run = async (name: string, input: unknown): Promise<unknown> => {
      const found = createConfig(load("storage: { poolSize: 2 }")).operations.find(
        (one: AnyOperation) => one.name === name,
      );
      assert.ok(found);
      const context = { signal: new AbortController().signal, caller: "test" };
      return found.output.parse(await (found.handle(found.input.parse(input) as never, context) as Promise<unknown>));
    };
    assert.deepEqual(await run("config.get", { key: "storage.poolSize" }), { key: "storage.poolSize", value: 2 });
    assert.equal(((await run("config.list", {})) as unknown[]).length, 10);
    assert.match(((await run("config.path", {})) as { path: string }).path, /tutti\.yaml$/);
    assert.ok(await run("config.explain", { key: "models.apiKey" }));
    assert.ok(await run("config.schema", {}));
  });
});

describe("what is made from the sections", () => {
  it("is a strict JSON Schema with descriptions and defaults, nothing required", () => {
    const schema = JSON.parse(JSON.stringify(editorSchema(sections)));
    assert.equal(schema.additionalProperties, false);
    assert.equal(schema.required, undefined);
    assert.equal(schema.properties.storage.additionalProperties, false);
    assert.deepEqual(
      [
        schema.properties.storage.properties.poolSize.default,
        schema.properties.storage.properties.poolSize.description,
      ],
      [10, "Connections."],
    );
  });
  it("is a page that names every key, default and variable", () => {
    const page = describeConfig(sections);
    for (const part of ["### poolSize", "`10`", "`TUTTI_DATABASE` or `TUTTI_STORAGE_DATABASE`", "A key.", "`$${NAME}`"])
      assert.ok(page.includes(part), part);
  });
});

describe("the nearest word", () => {
  it("is found through swapped, missing, added and wrong letters, and not by force", () => {
    assert.equal(nearest("bugdet", ["budget", "bucket"]), "budget");
    assert.equal(nearest("lst", ["list", "get"]), "list");
    assert.equal(nearest("xyz", ["list", "get"]), undefined);
    assert.equal(nearest("x", ["y"]), undefined);
    assert.deepEqual([editDistance("ab", "ba"), editDistance("", "abc"), editDistance("kitten", "sitting")], [1, 3, 3]);
  });
});
