// The simulation's mutants are pieces of the engine's source: a change of it that they no longer fit is told here at once.
import assert from "node:assert/strict";
import { test } from "node:test";
import { readFileSync } from "node:fs";
import { mutants } from "../../simulation/mutant.ts";

test("every mutant of the simulation fits the engine as it is", () => {
  const misfits = mutants.filter(({ file, piece }) => {
    const source = readFileSync(new URL(`../../../src/engine/${file}`, import.meta.url), "utf8");
    return source.split(piece).length !== 2;
  });
  assert.deepEqual(
    misfits.map(({ name }) => name),
    [],
  );
});
