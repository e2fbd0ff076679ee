import type { LanguageModelV4 } from "@ai-sdk/provider";
import type { ModelKeeper } from "../keeper.ts";
import { findServed, type OpenAiServerOptions } from "./listing.ts";
import { createOpenAiProbeTarget } from "./probe-target.ts";

/** Such a server has what it was started with: its models can be looked at and probed, and are neither pulled nor removed. */
export function createOpenAiKeeper(
  options: OpenAiServerOptions,
  open: (model: string) => Promise<LanguageModelV4>,
): ModelKeeper {
  const { name, url, contextLength } = options;
  return {
    server: url,
    canonical: (model) => model,
    digest: async (model, signal) => (await findServed(options, model, signal)).digest,
    async show(model, signal) {
      const { id, digest, madeFor, servedWith } = await findServed(options, model, signal);
      return {
        name: id,
        provider: name,
        kind: "chat",
        sizeBytes: null,
        contextLength: contextLength ?? servedWith ?? madeFor,
        capabilities: [],
        loaded: false,
        loadedContext: null,
        digest,
        family: null,
        parameterSize: null,
        quantization: null,
        embeddingLength: null,
        modifiedAt: null,
        remoteHost: null,
        parameters: [],
      };
    },
    probe: (model) => createOpenAiProbeTarget({ options, model, open }),
  };
}
