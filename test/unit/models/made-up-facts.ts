import type { ProbeFacts } from "../../../src/models/probe/probe.ts";

/** What a probe of a well-behaved chat model finds. */
export function madeUpFacts(changes: Partial<ProbeFacts>): ProbeFacts {
  return {
    model: "ollama/tiny-chat:latest",
    server: "http://127.0.0.1:11434",
    digest: "a".repeat(64),
    probedAt: 1_000,
    tookMs: 2_000,
    kind: "chat",
    tools: "native",
    schema: { streamed: "kept", whole: "kept", thinking: null },
    thinking: "refused",
    contextAsked: 8_192,
    contextGranted: 8_192,
    loadMs: 280,
    firstTokenMs: 20,
    promptTokensPerSecond: 3_000,
    outputTokensPerSecond: 60,
    dimensions: null,
    notes: [],
    ...changes,
  };
}
