import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { silentLog } from "../../../src/core/log.ts";
import type { ToolContext } from "../../../src/core/tool.ts";
import { createTools } from "../../../src/tools/capability.ts";
import { toolsSection } from "../../../src/tools/limits.ts";
import type { ToolLimits } from "../../../src/tools/limits.ts";

/** A folder that is gone after the test file. */
export function scratchFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "tutti-tools-")));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export const defaultLimits: ToolLimits = toolsSection.schema.parse({});

export type Call = (name: string, input: unknown, more?: Partial<ToolContext>) => Promise<Record<string, unknown>>;

/** Calls tools as the engine does: the arguments are parsed first. */
export function caller(workspace: string, limits: Partial<ToolLimits> = {}): Call {
  const { tools } = createTools({ limits: { ...defaultLimits, ...limits }, environment: process.env });
  return async (name, input, more) => {
    const tool = tools.find((candidate) => candidate.name === name);
    if (!tool) throw new Error(`no tool ${name}`);
    const context = { signal: new AbortController().signal, workspace, key: "test", log: silentLog, ...more };
    return (await tool.call(tool.input.parse(input) as never, context)) as Record<string, unknown>;
  };
}

/** Waits for a condition; the test runner's own limit ends a wait in vain. */
export async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 5));
}
