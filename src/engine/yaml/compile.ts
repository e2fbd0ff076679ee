import { compileControl, controlVerbs } from "./compile-control.ts";
import { compileWork } from "./compile-work.ts";
import { isRecord, objectNames } from "./record.ts";
import { unknownKeyInWords } from "./spec-check.ts";
import { withSteps, type CompileContext, type Compiled, type Run } from "./scope.ts";
import type { KnownNames } from "./expression-name.ts";
import type { Path } from "./flow-text.ts";
import { workVerbs } from "./work-verb.ts";

/** Compiles a list of steps, which run one after the other. */
export function compileSteps(context: CompileContext, raw: unknown, path: Path, known: KnownNames): Compiled {
  if (!Array.isArray(raw) || raw.length === 0) {
    context.report(context.text.placeOf(path), "must be a list with at least one step");
    return { run: async () => null, names: [] };
  }
  const names: string[] = [];
  const runs: Run[] = [];
  for (const [index, step] of raw.entries()) {
    const compiled = compileStep(context, step, [...path, index], withSteps(known, names));
    names.push(...compiled.names);
    runs.push(compiled.run);
  }
  return {
    names,
    async run(step, frame) {
      let last: unknown = null;
      for (const run of runs) last = await run(step, frame);
      return last;
    },
  };
}

const kinds = [...workVerbs.keys(), ...controlVerbs.keys()];

function compileStep(context: CompileContext, raw: unknown, path: Path, known: KnownNames): Compiled {
  const nothing = { run: async () => null, names: [] };
  const report = (at: Path, message: string, hint?: string): Compiled => {
    context.report(context.text.placeOf(at), message, hint);
    return nothing;
  };
  if (!isRecord(raw)) return report(path, "must be a step, such as { name: log, shell: [git, log] }");
  const [kind, second] = Object.keys(raw).filter((key) => kinds.includes(key));
  if (kind === undefined) return withoutKind(raw, path, report);
  if (second !== undefined)
    return report([...path, second], `a step is of one kind: this one is ${kind} and ${second}`);
  const control = controlVerbs.get(kind);
  const keys = ["name", kind, ...(control?.keys ?? [])];
  for (const key of Object.keys(raw).filter((given) => !keys.includes(given))) {
    const { message, hint } = unknownKeyInWords(key, keys);
    context.report(context.text.placeOf([...path, key]), message, hint);
  }
  const name = nameOf(context, raw, { path, kind, isNeeded: control?.isNamed ?? true, known });
  if (control) return compileControl(context, { kind, name, raw, path }, { known, compileSteps });
  const run = compileWork(context, { verb: kind, name: name ?? kind, value: raw[kind], path: [...path, kind] }, known);
  return name === null ? { run, names: [] } : { run: storing(name, run), names: [name] };
}

function withoutKind(
  raw: Readonly<Record<string, unknown>>,
  path: Path,
  report: (at: Path, message: string, hint?: string) => Compiled,
): Compiled {
  const unknown = Object.keys(raw).find((key) => key !== "name");
  const hint = `Kinds: ${kinds.join(", ")}.`;
  if (unknown === undefined) return report(path, "the step does nothing: its kind is missing", hint);
  return report(
    [...path, unknown],
    unknownKeyInWords(unknown, kinds).message.replace("a key of this", "a kind of step"),
    hint,
  );
}

export function storing(name: string, run: Run): Run {
  return async (step, frame) => {
    const result = (await run(step, frame)) ?? null;
    frame.steps[name] = result;
    return result;
  };
}

interface Naming {
  readonly path: Path;
  readonly kind: string;
  readonly isNeeded: boolean;
  readonly known: KnownNames;
}

const longestName = 200;

function nameOf(context: CompileContext, raw: Readonly<Record<string, unknown>>, naming: Naming): string | null {
  const { path, kind, isNeeded, known } = naming;
  const { name } = raw;
  const report = (message: string, hint?: string): null => {
    context.report(context.text.placeOf(name === undefined ? path : [...path, "name"]), message, hint);
    return null;
  };
  if (name === undefined && !isNeeded) return null;
  if (name === undefined) return report(`the ${kind} step has no name`, "Its key in the journal is made of its name.");
  if (typeof name !== "string" || name === "" || name.length > longestName || name.includes("\u0000"))
    return report(`a name must be a text of 1 to ${longestName} characters`);
  if (objectNames.has(name) || name.includes("${{")) return report(`"${name}" cannot be the name of a step`);
  if (known.steps.has(name))
    return report(`there is a step "${name}" before`, "Steps that follow one another need names of their own.");
  return name;
}
