import { z } from "zod";

/** How an operation asks for a model that is there. */
export const modelName = z
  .string()
  .trim()
  .min(1)
  .describe("A name as `tutti models list` shows it; `default` is what a step gets that names none");
