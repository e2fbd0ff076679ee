import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";

/** A mistake in the engine that the simulation must notice: a piece of a source file and what stands there instead. */
interface Mutant {
  readonly name: string;
  readonly file: string;
  readonly piece: string;
  readonly instead: string;
}

export const mutants: readonly Mutant[] = [
  {
    name: "results are handed out without a drain between them",
    file: "execution.ts",
    piece: "await this.ports.turn();",
    instead: "await null;",
  },
  {
    name: "effects start during a replay",
    file: "execution.ts",
    piece: "if (!this.#leave.how && (await this.#release())) return;",
    instead:
      "if (this.held.length > 0) await this.ports.open(this); if (!this.#leave.how && (await this.#release())) return;",
  },
  {
    name: "a run parks without looking for news",
    file: "held-statement.ts",
    piece:
      'due_at: slot("due") })\n        .where("id", "=", slot("id"))\n        .where("epoch", "=", slot("epoch"))\n        .where("owner", "=", slot("owner"))\n        .where("wake", "=", slot("wake")),',
    instead:
      'due_at: slot("due") })\n        .where("id", "=", slot("id"))\n        .where("epoch", "=", slot("epoch"))\n        .where("owner", "=", slot("owner")),',
  },
  {
    name: "rows left at the end of a body are a mismatch",
    file: "replay.ts",
    piece: "!asked.has(stored.key) && ",
    instead: "",
  },
  {
    name: "chance is one stream for the whole run",
    file: "scope.ts",
    piece: "seedFrom(`${this.seed}/${this.path}`)",
    instead: "seedFrom(`${this.seed}/${globalThis.drawn = (globalThis.drawn ?? 0) + 1}`)",
  },
  {
    name: "rows are written without a fence",
    file: "held-statement.ts",
    piece: '.where("epoch", "=", slot("epoch"))\n      .where("owner", "=", slot("owner"));',
    instead: ";",
  },
  {
    name: "an event that a given-up wait had taken is gone",
    file: "withdrawal.ts",
    piece: "[statements.returnSignal(id)]",
    instead: "[]",
  },
  {
    name: "nobody looks for runs whose hint was lost",
    file: "worker.ts",
    piece: "of isFull ? [] : await store.queued())",
    instead: "of [])",
  },
  {
    name: "an outcome that comes during a write is forgotten",
    file: "execution.ts",
    piece: "this.finished.splice(0, most);\n      this.#replay.push(rows);",
    instead: "this.finished.splice(0, 200);\n      this.#replay.push(rows);",
  },
  {
    name: "a step that must not repeat is repeated",
    file: "opening.ts",
    piece: 'return onInterrupted !== "repeat";',
    instead: "return false;",
  },
  {
    name: "a claim whose answer was lost is never given back",
    file: "worker.ts",
    piece: "await this.#dropOrphans();",
    instead: "",
  },
  {
    name: "a cut-off worker keeps a run that another one has claimed",
    file: "control-statement.ts",
    piece: "epoch: sql<number>`epoch + 1`,\n",
    instead: "",
  },
];

/** From now on the engine is loaded with the mistake in it. */
export function makeMistake(name: string): void {
  const mutant = mutants.find((candidate) => candidate.name === name);
  if (!mutant) throw new Error(`there is no mutant "${name}"`);
  registerHooks({
    load(url, context, next) {
      const loaded = next(url, context);
      if (!url.endsWith(`/src/engine/${mutant.file}`)) return loaded;
      const source = readFileSync(new URL(url), "utf8");
      if (source.split(mutant.piece).length !== 2)
        throw new Error(`the mutant "${name}" does not fit ${mutant.file} any more`);
      return { ...loaded, source: source.replace(mutant.piece, () => mutant.instead) };
    },
  });
}
