import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Mastra } from "@mastra/core";
import { createStep, createWorkflow } from "@mastra/core/workflows";
import { LibSQLStore } from "@mastra/libsql";
import { z } from "zod";
import type { Contender } from "../contender.ts";

export const shape = z.object({ value: z.number() });

/** Mastra's own engine with its LibSQL store, as its documentation sets it up; its logger is off. */
export const mastra: Contender = {
  async open(folder) {
    const workflow = fourSteps();
    const store = openStore(folder);
    new Mastra({ storage: store, workflows: { workflow }, logger: false });
    await store.init();
    return {
      async run() {
        const run = await workflow.createRun();
        const result = await run.start({ inputData: { value: 0 } });
        if (result.status !== "success") throw new Error(`a run ended as ${result.status}`);
      },
      [Symbol.asyncDispose]: () => store.close(),
    };
  },
  replay: {
    async prepare(folder, steps) {
      const { workflow, store } = openLong(folder, steps);
      const run = await workflow.createRun();
      const result = await run.start({ inputData: { value: 0 } });
      if (result.status !== "suspended") throw new Error(`the long run ended as ${result.status}`);
      writeFileSync(join(folder, "run-id"), run.runId);
      await store.close();
    },
    async resume(folder, steps) {
      const { workflow, store } = openLong(folder, steps);
      await store.init();
      performance.clearMarks("after");
      const began = performance.now();
      const run = await workflow.createRun({ runId: readFileSync(join(folder, "run-id"), "utf8") });
      const result = await run.resume({ step: "wait", resumeData: { value: 0 } });
      if (result.status !== "success") throw new Error(`the long run ended as ${result.status}`);
      await store.close();
      return (performance.getEntriesByName("after")[0]?.startTime ?? Number.NaN) - began;
    },
  },
};

export function openStore(folder: string): LibSQLStore {
  return new LibSQLStore({ id: "bench", url: `file:${join(folder, "mastra.db")}` });
}

function numbered(number: number) {
  return createStep({
    id: `step ${number}`,
    inputSchema: shape,
    outputSchema: shape,
    execute: async () => ({ value: number }),
  });
}

export function fourSteps() {
  return createWorkflow({ id: "four-steps", inputSchema: shape, outputSchema: shape })
    .then(numbered(1))
    .then(numbered(2))
    .then(numbered(3))
    .then(numbered(4))
    .commit();
}

function openLong(folder: string, steps: number) {
  const wait = createStep({
    id: "wait",
    inputSchema: shape,
    outputSchema: shape,
    resumeSchema: shape,
    execute: async ({ resumeData, suspend }) => resumeData ?? suspend({}),
  });
  const after = createStep({
    id: "after",
    inputSchema: shape,
    outputSchema: shape,
    async execute() {
      performance.mark("after");
      return { value: 0 };
    },
  });
  let workflow = createWorkflow({ id: "long", inputSchema: shape, outputSchema: shape }).then(numbered(1));
  for (let number = 2; number <= steps; number++) workflow = workflow.then(numbered(number));
  const whole = workflow.then(wait).then(after).commit();
  const store = openStore(folder);
  new Mastra({ storage: store, workflows: { whole }, logger: false });
  return { workflow: whole, store };
}
