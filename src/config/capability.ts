import { z } from "zod";
import type { Capability } from "../core/capability.ts";
import { operation } from "../core/operation.ts";
import type { AnyOperation } from "../core/operation.ts";
import { explain, explainSetting } from "./explain.ts";
import type { Config } from "./load.ts";
import { editorSchema } from "./schema.ts";

/** The door of the configuration: what is set, by whom, and what may be set. Secrets are hidden everywhere. */
export function createConfig(config: Config): Capability {
  const operations = [explainOperation, getOperation, listOperation, schemaOperation, pathOperation].map((make) =>
    make(config),
  );
  return { name: "config", migrations: [], operations };
}

const keyInput = z.strictObject({
  key: z.string().min(1).describe("The key with its section, such as tools.maxReadBytes"),
});
const none = z.strictObject({});
const common = {
  method: "GET",
  role: "viewer",
  effect: "read",
  idempotent: true,
  faces: ["cli", "http", "sdk"],
} as const;

const explanation = z.object({
  key: z.string(),
  description: z.string(),
  type: z.string(),
  environment: z.string(),
  value: z.unknown(),
  source: z.string(),
  layers: z
    .array(z.object({ layer: z.string(), value: z.unknown(), source: z.string(), wins: z.boolean() }))
    .readonly(),
});

function explainOperation(config: Config): AnyOperation {
  return operation({
    ...common,
    name: "config.explain",
    summary: "Shows what flags, environment, file and defaults say about a key, and which one wins",
    path: "/config/:key/explain",
    input: keyInput,
    output: explanation,
    cli: { isLocal: true, positional: ["key"], examples: ["tutti config explain tools.maxReadBytes"] },
    handle: async ({ key }) => explainSetting(usable(config), key),
  });
}

function getOperation(config: Config): AnyOperation {
  return operation({
    ...common,
    name: "config.get",
    summary: "Shows the value of a key",
    path: "/config/:key",
    input: keyInput,
    output: z.object({ key: z.string(), value: z.unknown() }),
    cli: { isLocal: true, positional: ["key"], examples: ["tutti config get tools.maxReadBytes"] },
    handle: async ({ key }) => ({ key, value: explainSetting(usable(config), key).value }),
  });
}

function listOperation(config: Config): AnyOperation {
  return operation({
    ...common,
    name: "config.list",
    summary: "Lists all keys with their values and where those come from",
    path: "/config",
    input: none,
    output: z.array(explanation.pick({ key: true, value: true, source: true, environment: true, description: true })),
    cli: { isLocal: true, examples: ["tutti config list", "tutti config list --json"] },
    handle: async () =>
      usable(config)
        .settings.map(explain)
        .map(({ key, value, source, environment, description }) => ({ key, value, source, environment, description })),
  });
}

function schemaOperation(config: Config): AnyOperation {
  return operation({
    ...common,
    name: "config.schema",
    summary: "Prints the JSON Schema of tutti.yaml, for editors",
    path: "/config-schema",
    input: none,
    output: z.record(z.string(), z.unknown()),
    cli: { isLocal: true, examples: ["tutti config schema > tutti.schema.json"] },
    handle: async () => editorSchema(config.sections),
  });
}

function pathOperation(config: Config): AnyOperation {
  return operation({
    ...common,
    name: "config.path",
    summary: "Names the tutti.yaml in use",
    path: "/config-path",
    input: none,
    output: z.object({ path: z.string().nullable() }),
    cli: { isLocal: true, examples: ["tutti config path"] },
    handle: async () => ({ path: config.file ?? null }),
  });
}

/** Whoever asks for values must not get the defaults for what the file says. */
function usable(config: Config): Config {
  if (config.problem) throw config.problem;
  return config;
}
