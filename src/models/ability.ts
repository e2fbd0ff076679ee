import type { ModelInfo } from "./provider.ts";

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

/** Who can do what, by what the providers list. */
export function createAbility(list: (signal: AbortSignal) => Promise<readonly ModelInfo[]>) {
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
      return model ? inabilityOf(model, needs) : "it is not installed";
    },
  };
}

// Every chat model answers by a schema, as the server constrains its grammar; how well is for a probe to say.
function inabilityOf({ capabilities, contextLength }: ModelInfo, { tools, contextTokens }: ModelNeeds): string | null {
  if (tools && !capabilities.includes("tools")) return "it cannot call tools";
  if (contextLength !== null && contextTokens > contextLength)
    return `its context of ${contextLength} tokens is smaller than the ${contextTokens} needed`;
  return null;
}
