import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { TuttiError } from "../../core/error.ts";
import { defineFlow, type AnyFlow } from "../flow.ts";
import { compileSteps } from "./compile.ts";
import { typeContext } from "./compile-work.ts";
import { invalidFlow, parseFlowText, type FlowText, type Mistake, type Path } from "./flow-text.ts";
import { isRecord } from "./record.ts";
import type { Frame } from "./scope.ts";
import { unknownKeyInWords } from "./spec-check.ts";
import { compileTemplate } from "./template.ts";
import { fieldsSchema } from "./value-type.ts";
import { isDuration } from "./work-spec.ts";
import type { YamlStep } from "./work-verb.ts";
import { withSteps } from "./scope.ts";

export const flowKeys = ["name", "description", "version", "concurrency", "deadline", "input", "steps", "output"];

/** The flow of a YAML file. `flow.syntax` or `flow.invalid` with every mistake's place. */
export async function loadYamlFlow(file: string): Promise<AnyFlow> {
  return parseYamlFlow(await readFile(file, "utf8"), file);
}

export function parseYamlFlow(source: string, file: string): AnyFlow {
  const text = parseFlowText(source.replace(/^\uFEFF/, ""), file);
  const mistakes: Mistake[] = [];
  const flow = compileFlow(text, mistakes);
  if (mistakes.length > 0 || !flow) throw invalidFlow(file, mistakes);
  return flow;
}

function compileFlow(text: FlowText, mistakes: Mistake[]): AnyFlow | null {
  const context = {
    text,
    report: (place: { line: number; column: number }, message: string, hint?: string) =>
      void mistakes.push({ ...place, message, hint }),
  };
  const report = (path: Path, message: string, hint?: string): void =>
    context.report(text.placeOf(path), message, hint);
  const { value } = text;
  if (!isRecord(value)) {
    report([], "it holds no flow", "A flow has steps: and, if it takes something, input:.");
    return null;
  }
  for (const key of Object.keys(value).filter((given) => !flowKeys.includes(given))) {
    const { message, hint } = unknownKeyInWords(key, flowKeys);
    report([key], message, hint);
  }
  const head = readHead(value, report);
  const input =
    value["input"] === undefined
      ? fieldsSchema(typeContext(context), {}, [])
      : fieldsSchema(typeContext(context), value["input"], ["input"]);
  const known = {
    variables: new Set(["input", "steps"]),
    steps: new Set<string>(),
    input: new Set(Object.keys(input.shape)),
  };
  const body = compileSteps(context, value["steps"], ["steps"], known);
  const output = compileTemplate(context, value["output"], ["output"], withSteps(known, body.names));
  if (mistakes.length > 0) return null;
  return define(text.file, report, {
    ...head,
    input,
    run: async (step: YamlStep, given: unknown) => {
      const frame: Frame = { input: given, steps: {} };
      const last = await body.run(step, frame);
      return value["output"] === undefined ? last : output(frame);
    },
  });
}

type ReportAt = (path: Path, message: string, hint?: string) => void;

interface Head {
  readonly name?: string;
  readonly description?: string;
  readonly version?: string;
  readonly concurrency?: number;
  readonly deadline?: string | number;
}

function readHead(value: Readonly<Record<string, unknown>>, report: ReportAt): Head {
  const { name, description, version, concurrency, deadline } = value;
  if (name !== undefined && typeof name !== "string") report(["name"], "must be text");
  if (description !== undefined && typeof description !== "string") report(["description"], "must be text");
  if (version !== undefined && typeof version !== "string" && typeof version !== "number")
    report(["version"], "must be text or a number");
  if (concurrency !== undefined && !(Number.isInteger(concurrency) && Number(concurrency) > 0))
    report(["concurrency"], "must be a whole number above 0");
  const isTime = typeof deadline === "string" || typeof deadline === "number" ? isDuration(deadline) : false;
  if (deadline !== undefined && !isTime) report(["deadline"], 'must be a duration such as "10m"');
  return {
    ...(typeof name === "string" ? { name } : {}),
    ...(typeof description === "string" ? { description } : {}),
    ...(typeof version === "string" || typeof version === "number" ? { version: String(version) } : {}),
    ...(typeof concurrency === "number" ? { concurrency } : {}),
    ...(typeof deadline === "string" || typeof deadline === "number" ? { deadline } : {}),
  };
}

type Definition = Head & Omit<Parameters<typeof defineFlow<unknown, unknown, YamlStep>>[0], keyof Head>;

function define(file: string, report: ReportAt, definition: Definition): AnyFlow | null {
  const name = definition.name ?? basename(file).replace(/\.ya?ml$/, "");
  try {
    return defineFlow<unknown, unknown, YamlStep>({ ...definition, name });
  } catch (error) {
    if (!(error instanceof TuttiError)) throw error;
    report(["name"], error.message, error.hint);
    return null;
  }
}
