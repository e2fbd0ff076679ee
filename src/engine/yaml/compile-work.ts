import { z } from "zod";
import { nearest } from "../../core/nearest.ts";
import { hasExpression, compileTemplate } from "./template.ts";
import { isRecord } from "./record.ts";
import { checkSpec, misfit } from "./spec-check.ts";
import type { CompileContext, Run } from "./scope.ts";
import type { KnownNames } from "./expression-name.ts";
import type { FlowText, Path } from "./flow-text.ts";
import { fieldsSchema } from "./value-type.ts";
import { workVerbs, type WorkVerb } from "./work-verb.ts";

export interface WorkStep {
  readonly verb: string;
  readonly name: string;
  /** What stands behind the verb's key. */
  readonly value: unknown;
  readonly path: Path;
}

/** A step of a kind that has no steps inside: its values are filled, checked and handed to the verb. */
export function compileWork(given: CompileContext, step: WorkStep, known: KnownNames): Run {
  const work = workVerbs.get(step.verb);
  if (!work) return async () => null;
  if (isRecord(step.value) || work.short === undefined) return compileFull(given, step, known, work);
  // `sleep: 2h` is `sleep: { for: 2h }`, but what stands in the file is a key less.
  const context = { ...given, text: without(given.text, step.path, work.short) };
  return compileFull(context, { ...step, value: { [work.short]: step.value } }, known, work);
}

function without(text: FlowText, path: Path, key: string): FlowText {
  const there = (long: Path): Path => (long[path.length] === key ? long.toSpliced(path.length, 1) : long);
  return {
    ...text,
    placeOf: (long) => text.placeOf(there(long)),
    placeInText: (long, at) => text.placeInText(there(long), at),
  };
}

function compileFull(context: CompileContext, step: WorkStep, known: KnownNames, work: WorkVerb): Run {
  const { verb, name, path } = step;
  const given = isRecord(step.value) ? step.value : {};
  const { output: fields, ...rest } = given;
  const hasFields = "output" in work.schema.shape && fields !== undefined;
  const written = hasFields || fields === undefined ? rest : given;
  checkSpec(context, work.schema, { value: written, path });
  if (!isRecord(step.value)) context.report(context.text.placeOf(path), `must be the values of a ${verb} step`);
  checkByHand(context, verb, { given, path });
  const output = hasFields ? fieldsSchema(typeContext(context), fields, [...path, "output"]) : null;
  const template = compileTemplate(context, written, path, known);
  return async (running, frame) => {
    const values = flattened(verb, template(frame));
    try {
      return await work.run(running, name, values, output);
    } catch (error) {
      throw error instanceof z.ZodError ? misfit(context, error, { schema: work.schema, path }) : error;
    }
  };
}

export function typeContext({ text, report }: CompileContext) {
  return { report, placeOf: (path: Path) => text.placeOf(path) };
}

function checkByHand(
  context: CompileContext,
  verb: string,
  { given, path }: { readonly given: Record<string, unknown>; readonly path: Path },
): void {
  const place = context.text.placeOf(path);
  if (verb === "model" && given["prompt"] === undefined && given["messages"] === undefined)
    context.report(place, "a model step needs a prompt or messages");
  if (verb === "shell") checkShell(context, given["argv"], [...path, "argv"]);
  const { choices, agents, default: fallback, start } = given;
  if (verb === "vote" && Array.isArray(choices) && given["method"] !== "judge")
    refuseUnknownName(context, { name: fallback, names: choices, path: [...path, "default"], what: "choice" });
  if (verb === "handoff" && isRecord(agents)) {
    const names = Object.keys(agents);
    refuseUnknownName(context, { name: start, names, path: [...path, "start"], what: "agent" });
  }
}

interface NameAt {
  readonly name: unknown;
  /** Those that there are, as they stand in the file. */
  readonly names: readonly unknown[];
  readonly path: Path;
  readonly what: string;
}

/** A name that is none of those beside it, where neither is an expression, which only a run knows. */
export function refuseUnknownName({ text, report }: CompileContext, { name, names, path, what }: NameAt): void {
  const known = names.filter((one) => typeof one === "string");
  if (typeof name !== "string" || [name, ...known].some(hasExpression) || known.length === 0) return;
  if (known.length < names.length || known.includes(name)) return;
  const meant = nearest(name, known);
  const guess = meant === undefined ? `; there are: ${known.join(", ")}` : `; did you mean "${meant}"?`;
  report(text.placeOf(path), `there is no ${what} "${name}"${guess}`);
}

const shells = new Set(["sh", "bash", "zsh", "dash", "ksh", "fish", "cmd", "cmd.exe", "powershell", "pwsh"]);

/** What a shell reads as a program must not be put together from values: a file's name could hold a command. */
function checkShell(context: CompileContext, argv: unknown, path: Path): void {
  if (!Array.isArray(argv)) return;
  const program = String(argv[0]).split(/[\\/]/).at(-1) ?? "";
  const script = argv.findIndex((word) => /^(?:-\w*c|\/[cC]|-Command|-EncodedCommand)$/.test(String(word))) + 1;
  if (!shells.has(program) || script === 0) return;
  if (typeof argv[script] === "string" && hasExpression(argv[script]))
    context.report(
      context.text.placeOf([...path, script]),
      "an expression inside of a shell's script could run whatever its value says",
      'Hand the value over as an argument: [sh, -c, \'echo "$1"\', sh, "${{ … }}"].',
    );
}

/** A list among a program's arguments is several arguments. */
function flattened(verb: string, values: unknown): unknown {
  if (verb !== "shell" || !isRecord(values) || !Array.isArray(values["argv"])) return values;
  return { ...values, argv: values["argv"].flat() };
}
