import { openRealServer, openScriptedServer, realOllamaMissing, type OllamaFixture } from "./chat-model-fixture.ts";
import { embeddingModelContract, type EmbeddingModelFixture } from "./embedding-model.ts";

async function embedder(open: () => Promise<OllamaFixture>): Promise<EmbeddingModelFixture> {
  const fixture = await open();
  const model = await fixture.registry.embedding("all-minilm");
  return { model, [Symbol.asyncDispose]: async () => fixture[Symbol.asyncDispose]() };
}

embeddingModelContract("Ollama client on the scripted server", () => embedder(openScriptedServer), {
  lacks: { meaning: "the scripted server knows words, not meaning" },
});
embeddingModelContract("Ollama client on a real Ollama", () => embedder(openRealServer), { skip: realOllamaMissing() });
