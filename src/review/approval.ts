import { StepError } from "../core/error.ts";
import type { EffectOutcome, EffectSpec, PlanContext, PlanInterceptor } from "../core/verb.ts";
import type { Decision } from "./review.ts";

export interface ApprovalPorts {
  /** Names of the tools that a human is asked about; `*` for all. */
  readonly tools: readonly string[];
  /** Opens a review in the step's own scope; rejects with `review.rejected`. */
  readonly ask: (
    context: PlanContext,
    request: { readonly title: string; readonly payload: unknown },
  ) => Promise<Decision>;
}

/** Asks a human before a tool is called. What was approved, edited or not, is what the tool gets. */
export function createApproval({ tools, ask }: ApprovalPorts): PlanInterceptor {
  return {
    name: "approval",
    kinds: ["tool"],
    async around(context, spec, next) {
      const tool = toolOf(spec);
      if (tool === null || !(tools.includes(tool) || tools.includes("*"))) return next(spec);
      try {
        const { payload } = await ask(context, { title: `Call the tool ${tool}?`, payload: spec.input });
        return await next(spec.revise ? spec.revise(payload) : spec);
      } catch (error) {
        if (error instanceof StepError && error.code === "review.rejected") return denied(tool, error);
        throw error;
      }
    },
  };
}

function toolOf({ input }: EffectSpec): string | null {
  if (typeof input !== "object" || input === null || !("tool" in input)) return null;
  return typeof input.tool === "string" ? input.tool : null;
}

/** An agent is told, and may do without. */
function denied(tool: string, { message }: StepError): EffectOutcome {
  return { status: "failed", failure: { code: "tool.denied", message: `${tool} was not called: ${message}` } };
}
