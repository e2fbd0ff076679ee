import type { YamlStep } from "./work-verb.ts";
import type { KnownNames } from "./expression-name.ts";
import type { TemplateContext } from "./template.ts";

/** What the expressions of a running flow see. `steps` is filled as steps end. */
export interface Frame {
  readonly input: unknown;
  readonly steps: Record<string, unknown>;
  readonly [variable: string]: unknown;
}

/** A compiled step or list of steps; gives its result, a list that of its last step. */
export type Run = (step: YamlStep, frame: Frame) => Promise<unknown>;

export interface Compiled {
  readonly run: Run;
  /** The steps whose results can be named behind it. */
  readonly names: readonly string[];
}

export type CompileContext = TemplateContext;

/** A frame of its own: what runs in it is not seen outside, and what is there already is. */
export function innerFrame(frame: Frame, variables: Readonly<Record<string, unknown>> = {}): Frame {
  return { ...frame, steps: { ...frame.steps }, ...variables };
}

export function withSteps(known: KnownNames, names: readonly string[]): KnownNames {
  return names.length === 0 ? known : { ...known, steps: new Set([...known.steps, ...names]) };
}

export function withVariables(known: KnownNames, names: readonly string[]): KnownNames {
  return { ...known, variables: new Set([...known.variables, ...names]) };
}
