import { z } from "zod";
import { TuttiError, type ErrorCode } from "../../core/error.ts";
import { issueInWords, issuesInWords } from "../../core/issue.ts";
import { nearest } from "../../core/nearest.ts";
import type { ChatOptions, OverflowPolicy } from "../../models/chat-model.ts";

export const optionsSpec = z
  .strictObject({
    numCtx: z.int().min(1).exactOptional().describe("Tokens that prompt and answer together may fill"),
    maxTokens: z.int().min(1).exactOptional().describe("Tokens that the answer may have"),
    temperature: z.number().exactOptional(),
    seed: z.int().exactOptional(),
    topP: z.number().exactOptional(),
    stop: z.array(z.string()).exactOptional(),
    think: z.union([z.boolean(), z.enum(["low", "medium", "high"])]).exactOptional(),
  })
  .describe("How the model answers");

const policySpec = z.enum(["fail", "grow", "compact"] satisfies OverflowPolicy[]);

export interface Asked {
  readonly options?: ChatOptions | undefined;
  readonly onOverflow?: OverflowPolicy | undefined;
}

/**
 * Throws where a flow in code says how a model is to answer in a way that nobody would follow: its types are not checked when
 * it runs. A server takes `maxTokens: 0` for no limit, and a limit with a misspelled name is none.
 */
export function refuseOptions(code: ErrorCode, what: string, { options = {}, onOverflow }: Asked): void {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const schema = z.object({ options: optionsSpec, onOverflow: policySpec.optional() });
  const { error } = schema.safeParse({ options: given, onOverflow }, { error: issueInWords });
  if (!error) return;
  const known = Object.keys(optionsSpec.shape);
  const meant = Object.keys(given).flatMap((key) => (known.includes(key) ? [] : (nearest(key, known) ?? [])));
  throw new TuttiError(code, `${what}: ${issuesInWords(error.issues)}`, {
    hint: meant.length > 0 ? `Did you mean ${meant.join(", ")}?` : `options takes ${known.join(", ")}.`,
  });
}
