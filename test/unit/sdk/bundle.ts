import assert from "node:assert/strict";
import { join } from "node:path";
import { build } from "vite";

/** The client as a user's own bundler makes it for a browser: one script that sets `client`, and the files it is made of. */
export async function bundleClient(): Promise<{ readonly code: string; readonly modules: readonly string[] }> {
  const result = await build({
    configFile: false,
    logLevel: "silent",
    build: {
      write: false,
      target: "es2022",
      lib: { entry: join(import.meta.dirname, "../../../src/sdk/index.ts"), formats: ["iife"], name: "client" },
    },
  });
  const [first] = Array.isArray(result) ? result : [result];
  const chunk = first && "output" in first ? first.output[0] : undefined;
  assert.ok(chunk);
  return { code: chunk.code, modules: Object.keys(chunk.modules) };
}
