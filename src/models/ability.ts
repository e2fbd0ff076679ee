import { contextShortfall, type ProbeFacts } from "./probe/probe.ts";
import type { ModelInfo } from "./model-info.ts";

/** What a call needs of its model. */
export interface ModelNeeds {
  readonly tools: boolean;
  readonly schema: boolean;
  /** Tokens that prompt and answer fill. */
  readonly contextTokens: number;
}

export interface AbleModel {
  /** `provider/name`. */
  readonly name: string;
  readonly sizeBytes: number | null;
  readonly loaded: boolean;
}

export interface AbilityPorts {
  readonly list: (signal: AbortSignal) => Promise<readonly ModelInfo[]>;
  /** Null where the model was not probed as it is now. */
  readonly factsOf: (name: string, signal: AbortSignal) => Promise<ProbeFacts | null>;
}

/** Who can do what: by what the providers list, and by what a probe has found where there was one. */
export function createAbility({ list, factsOf }: AbilityPorts) {
  const chats = async (signal: AbortSignal): Promise<ModelInfo[]> =>
    (await list(signal)).filter(({ kind }) => kind === "chat");
  return {
    chatModels: async (signal: AbortSignal): Promise<AbleModel[]> =>
      (await chats(signal)).map(({ provider, name, sizeBytes, loaded }) => ({
        name: `${provider}/${name}`,
        sizeBytes,
        loaded,
      })),
    async inability(name: string, needs: ModelNeeds, signal: AbortSignal): Promise<string | null> {
      const model = (await chats(signal)).find((known) => `${known.provider}/${known.name}` === name);
      if (!model) return "it is not installed";
      return inabilityOf(model, needs) ?? provenInability(name, needs, { model, facts: await factsOf(name, signal) });
    },
  };
}

function provenInability(
  name: string,
  { tools, schema, contextTokens }: ModelNeeds,
  { model, facts }: { readonly model: ModelInfo; readonly facts: ProbeFacts | null },
): string | null {
  // A server that tells nothing of its models: only a probe knows.
  const isUnknown = model.capabilities.length === 0 && (facts === null || facts.tools === "unknown");
  if (tools && isUnknown) return `whether it calls tools is not known: tutti models probe ${name}`;
  if (!facts) return null;
  if (tools && (facts.tools === "none" || facts.tools === "refused")) return "its probe found that it calls no tools";
  if (schema && facts.schema.streamed === "ignored") return "its probe found that it ignores schemas";
  const granted = contextShortfall(facts);
  if (granted === null || contextTokens <= granted) return null;
  return `its probe got a context of ${granted} tokens, less than the ${contextTokens} needed`;
}

// Every chat model answers by a schema, as the server constrains its grammar; how well is for a probe to say.
function inabilityOf({ capabilities, contextLength }: ModelInfo, { tools, contextTokens }: ModelNeeds): string | null {
  if (tools && capabilities.length > 0 && !capabilities.includes("tools")) return "it cannot call tools";
  if (contextLength !== null && contextTokens > contextLength)
    return `its context of ${contextLength} tokens is smaller than the ${contextTokens} needed`;
  return null;
}
