import type { z } from "zod";
import { StepError, TuttiError } from "../../core/error.ts";
import { issueInWords } from "../../core/issue.ts";
import { route } from "../pattern/route.ts";
import { isRecord } from "./record.ts";
import { checkSpec, misfit, unknownKeyInWords } from "./spec-check.ts";
import { innerFrame, withSteps, withVariables } from "./scope.ts";
import type { CompileContext, Compiled, Frame, Run } from "./scope.ts";
import type { KnownNames } from "./expression-name.ts";
import type { Path } from "./flow-text.ts";
import { compileTemplate } from "./template.ts";
import { refuseUnknownName } from "./compile-work.ts";
import { isDuration, mapSpec, routeSpec } from "./work-spec.ts";
import type { YamlStep } from "./work-verb.ts";

interface ControlVerb {
  readonly description: string;
  readonly isNamed: boolean;
  /** Keys beside its own. */
  readonly keys: readonly string[];
  compile(this: void, context: CompileContext, at: ControlStep, scope: ControlScope): Compiled;
}

interface ControlStep {
  readonly kind: string;
  readonly name: string | null;
  readonly raw: Readonly<Record<string, unknown>>;
  readonly path: Path;
}

interface ControlScope {
  readonly known: KnownNames;
  compileSteps(this: void, context: CompileContext, raw: unknown, path: Path, known: KnownNames): Compiled;
}

/** Kinds of steps that hold other steps, and `set`, which does nothing that would be stored. */
export const controlVerbs: ReadonlyMap<string, ControlVerb> = new Map([
  ["set", { description: "A value under a name", isNamed: true, keys: [], compile: compileSet }],
  ["if", { description: "Steps under a condition", isNamed: false, keys: ["then", "else"], compile: compileIf }],
  ["map", { description: "Steps for each item of a list", isNamed: true, keys: [], compile: compileMap }],
  ["parallel", { description: "Lists of steps at the same time", isNamed: false, keys: [], compile: compileParallel }],
  [
    "race",
    { description: "The first of several lists of steps to end", isNamed: true, keys: [], compile: compileRace },
  ],
  [
    "try",
    {
      description: "Steps that may fail, and steps that always run behind them",
      isNamed: false,
      keys: ["catch", "cleanup", "deadline"],
      compile: compileTry,
    },
  ],
  [
    "route",
    { description: "A model chooses one of several lists of steps", isNamed: true, keys: [], compile: compileRoute },
  ],
]);

/** With its result under its name, if it has one. */
export function compileControl(context: CompileContext, step: ControlStep, scope: ControlScope): Compiled {
  const verb = controlVerbs.get(step.kind);
  const { name } = step;
  const compiled = verb?.compile(context, step, scope) ?? { run: async () => null, names: [] };
  if (name === null) return compiled;
  const run: Run = async (given, frame) => (frame.steps[name] = (await compiled.run(given, frame)) ?? null);
  return { run, names: [...compiled.names, name] };
}

function compileSet(context: CompileContext, { raw, path }: ControlStep, { known }: ControlScope): Compiled {
  const template = compileTemplate(context, raw["set"], [...path, "set"], known);
  return { run: async (_step, frame) => template(frame), names: [] };
}

function compileIf(context: CompileContext, { raw, path }: ControlStep, scope: ControlScope): Compiled {
  const { known } = scope;
  const isTrue = compileCondition(context, raw["if"], [...path, "if"], known);
  if (raw["then"] === undefined) context.report(context.text.placeOf([...path, "if"]), 'the step has no "then"');
  const then = raw["then"] === undefined ? none : scope.compileSteps(context, raw["then"], [...path, "then"], known);
  const other = raw["else"] === undefined ? none : scope.compileSteps(context, raw["else"], [...path, "else"], known);
  return {
    names: [...new Set([...then.names, ...other.names])],
    run: async (step, frame) => (isTrue(frame) ? then : other).run(step, frame),
  };
}

const none: Compiled = { run: async () => null, names: [] };

function compileCondition(
  context: CompileContext,
  raw: unknown,
  path: Path,
  known: KnownNames,
): (frame: Frame) => boolean {
  const { line, column } = context.text.placeOf(path);
  if (typeof raw !== "string" && typeof raw !== "boolean")
    context.report(
      { line, column },
      "a condition must be an expression",
      "For example: ${{ steps.check.exitCode != 0 }}.",
    );
  const template = compileTemplate(context, raw, path, known);
  return (frame) => {
    const value = template(frame);
    if (typeof value === "boolean") return value;
    const where = `${context.text.file}:${line}:${column}`;
    throw new TuttiError(
      "flow.expression",
      `${where}: the condition gives ${JSON.stringify(value)}, not true or false`,
      {
        where,
        hint: "Compare it with something: ${{ size(steps.x.text) > 0 }}.",
      },
    );
  };
}

function compileMap(context: CompileContext, { name, raw, path }: ControlStep, scope: ControlScope): Compiled {
  const at = [...path, "map"];
  const spec = isRecord(raw["map"]) ? raw["map"] : {};
  const { steps, output, ...rest } = spec;
  checkSpec(context, mapSpec, { value: rest, path: at });
  const values = compileTemplate(context, rest, at, scope.known);
  const inside = withVariables(scope.known, ["item", "index"]);
  const body = scope.compileSteps(context, steps, [...at, "steps"], inside);
  const result = compileTemplate(context, output, [...at, "output"], withSteps(inside, body.names));
  return {
    names: [],
    async run(step, frame) {
      const { items, concurrency } = parsed(context, mapSpec, { value: values(frame), path: at });
      const work = async (item: unknown, inner: YamlStep, index: number): Promise<unknown> => {
        const own = innerFrame(frame, { item, index });
        const last = await body.run(inner, own);
        return output === undefined ? last : result(own);
      };
      return step.map(name ?? "map", items, work, concurrency === undefined ? {} : { concurrency });
    },
  };
}

function parsed<Schema extends z.ZodType>(
  context: CompileContext,
  schema: Schema,
  at: { readonly value: unknown; readonly path: Path },
): z.infer<Schema> {
  const result = schema.safeParse(at.value, { error: issueInWords });
  if (result.success) return result.data;
  throw misfit(context, result.error, { schema, path: at.path });
}

/** The lists of steps under names, each compiled by itself. */
function compileBranches(
  context: CompileContext,
  raw: unknown,
  path: Path,
  scope: ControlScope,
): (readonly [string, Compiled])[] {
  if (!isRecord(raw) || Object.keys(raw).length === 0) {
    context.report(
      context.text.placeOf(path),
      "must be lists of steps under names",
      "For example: { one: [ … ], two: [ … ] }.",
    );
    return [];
  }
  return Object.entries(raw).map(([name, steps]) => [
    name,
    scope.compileSteps(context, steps, [...path, name], scope.known),
  ]);
}

function compileParallel(context: CompileContext, { raw, path }: ControlStep, scope: ControlScope): Compiled {
  const at = [...path, "parallel"];
  const branches = compileBranches(context, raw["parallel"], at, scope);
  const names = branches.flatMap(([, branch]) => branch.names);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    context.report(
      context.text.placeOf(at),
      `two branches have a step "${twice}"`,
      "Their results would overwrite each other.",
    );
  return {
    names,
    async run(step, frame) {
      // All are waited for, so that none is left running when one fails; the first in the file's order is what failed.
      const ends = await Promise.allSettled(branches.map(([, branch]) => branch.run(step, frame)));
      const failed = ends.find((end) => end.status === "rejected");
      if (failed) throw failed.reason;
      return Object.fromEntries(
        branches.map(([name], index) => [name, ends[index]?.status === "fulfilled" ? ends[index].value : null]),
      );
    },
  };
}

function compileRace(context: CompileContext, { name, raw, path }: ControlStep, scope: ControlScope): Compiled {
  const branches = compileBranches(context, raw["race"], [...path, "race"], scope);
  return {
    names: [],
    run: async (step, frame) =>
      step.race(
        name ?? "race",
        Object.fromEntries(
          branches.map(([branch, { run }]) => [branch, (inner: YamlStep) => run(inner, innerFrame(frame))]),
        ),
      ),
  };
}

function compileTry(context: CompileContext, { raw, path }: ControlStep, scope: ControlScope): Compiled {
  const body = scope.compileSteps(context, raw["try"], [...path, "try"], scope.known);
  const part = (key: "catch" | "cleanup", known: KnownNames): Compiled | null =>
    raw[key] === undefined ? null : scope.compileSteps(context, raw[key], [...path, key], known);
  // Any of the steps may have failed, so the others can only be asked for with `has`.
  const after = withSteps(scope.known, body.names);
  const caught = part("catch", withVariables(after, ["error"]));
  const cleanup = part("cleanup", after);
  if (!caught && !cleanup)
    context.report(context.text.placeOf([...path, "try"]), 'a "try" needs a "catch" or a "cleanup"');
  const deadline = deadlineOf(context, raw["deadline"], [...path, "deadline"]);
  return {
    names: [...new Set([...body.names, ...(caught?.names ?? []), ...(cleanup?.names ?? [])])],
    async run(step, frame) {
      try {
        return await body.run(step, frame);
      } catch (error) {
        if (!caught) throw error;
        return await caught.run(step, { ...frame, error: whatFailed(error) });
      } finally {
        if (cleanup) await step.cleanup((inner) => cleanup.run(inner, frame), deadline);
      }
    },
  };
}

function deadlineOf(context: CompileContext, raw: unknown, path: Path): { deadline?: string | number } {
  if (raw === undefined) return {};
  if ((typeof raw === "string" || typeof raw === "number") && isDuration(raw)) return { deadline: raw };
  context.report(context.text.placeOf(path), 'must be a duration such as "30s"');
  return {};
}

/** What a `catch` can look at. A cancelled run is not to be caught, and a defect is not a failure. */
function whatFailed(error: unknown): Record<string, unknown> {
  const isFailure = error instanceof StepError || error instanceof TuttiError;
  if (!isFailure || error.code === "run.cancelled") throw error;
  return { code: error.code, message: error.message, data: error.data ?? null };
}

function compileRoute(context: CompileContext, { name, raw, path }: ControlStep, scope: ControlScope): Compiled {
  const at = [...path, "route"];
  const { branches: given, ...rest } = isRecord(raw["route"]) ? raw["route"] : {};
  checkSpec(context, routeSpec, { value: rest, path: at });
  const values = compileTemplate(context, rest, at, scope.known);
  const branches = compileRouteBranches(context, given, [...at, "branches"], scope);
  const names = branches.map(([branch]) => branch);
  refuseUnknownName(context, { name: rest["default"], names, path: [...at, "default"], what: "branch" });
  return {
    names: [...new Set(branches.flatMap(([, { steps }]) => steps?.names ?? []))],
    async run(step, frame) {
      const request = parsed(context, routeSpec, { value: values(frame), path: at });
      const runnable = branches.map(([branch, { description, steps }]) => {
        const run = steps ? { run: (inner: YamlStep) => steps.run(inner, frame) } : {};
        return [branch, { description, ...run }] as const;
      });
      return route<YamlStep>(step, name ?? "route", { ...request, branches: Object.fromEntries(runnable) });
    },
  };
}

interface RouteBranch {
  readonly description: string | undefined;
  readonly steps: Compiled | null;
}

function compileRouteBranches(
  context: CompileContext,
  raw: unknown,
  path: Path,
  scope: ControlScope,
): (readonly [string, RouteBranch])[] {
  if (!isRecord(raw) || Object.keys(raw).length === 0) {
    context.report(context.text.placeOf(path), "a route needs branches: descriptions, and steps, under names");
    return [];
  }
  return Object.entries(raw).map(([name, branch]) => {
    // A mere text is the description of a branch in which nothing is done.
    const { description, steps, ...unknown } = isRecord(branch) ? branch : { description: branch };
    for (const key of Object.keys(unknown)) {
      const { message, hint } = unknownKeyInWords(key, ["description", "steps"]);
      context.report(context.text.placeOf([...path, name, key]), message, hint);
    }
    if (description !== undefined && typeof description !== "string")
      context.report(context.text.placeOf([...path, name, "description"]), "must be text");
    const compiled =
      steps === undefined ? null : scope.compileSteps(context, steps, [...path, name, "steps"], scope.known);
    return [name, { description: typeof description === "string" ? description : undefined, steps: compiled }];
  });
}
