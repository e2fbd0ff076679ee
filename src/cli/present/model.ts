import { formatMs } from "../../core/duration.ts";
import { formatBytes } from "../../core/byte-size.ts";
import type { Colors } from "../terminal-text.ts";

interface ShownFacts {
  readonly model: string;
  readonly kind: string;
  readonly probedAt: number;
  readonly tookMs: number;
  readonly tools: string;
  readonly schema: { readonly streamed: string; readonly whole: string; readonly thinking: string | null };
  readonly thinking: string;
  readonly contextAsked: number | null;
  readonly contextGranted: number | null;
  readonly loadMs: number | null;
  readonly firstTokenMs: number | null;
  readonly promptTokensPerSecond: number | null;
  readonly outputTokensPerSecond: number | null;
  readonly dimensions: number | null;
  readonly notes: readonly string[];
}

interface ShownModel {
  readonly model: string;
  readonly server: string;
  readonly kind: string;
  readonly sizeBytes: number | null;
  readonly contextLength: number | null;
  readonly capabilities: readonly string[];
  readonly loaded: boolean;
  readonly loadedContext: number | null;
  readonly digest: string | null;
  readonly family: string | null;
  readonly parameterSize: string | null;
  readonly quantization: string | null;
  readonly embeddingLength: number | null;
  readonly modifiedAt: string | null;
  readonly remoteHost: string | null;
  readonly problem: string | null;
  readonly parameters: readonly string[];
  readonly probe: { readonly isStale: boolean } | null;
  readonly facts: ShownFacts | null;
}

interface ShownPull {
  readonly model: string;
  readonly digest: string;
  readonly isNew: boolean;
  readonly sizeBytes: number;
  readonly isVerified: boolean;
  readonly tookMs: number;
}

/** One model, one probe, or what a pull or a removal did; null for what is none of these. */
export function presentModel(operation: string, result: object, color: Colors): string | null {
  if (operation === "models.show") return showModel(result as ShownModel, color);
  if (operation === "models.probe") return showFacts(result as ShownFacts, color);
  if (operation === "models.pull") return showPull(result as ShownPull, color);
  if (operation === "models.remove") return showRemoval(result as Pick<ShownModel, "model" | "sizeBytes">, color);
  return null;
}

function showModel(shown: ShownModel, color: Colors): string {
  const { model, kind, digest, facts, probe } = shown;
  const made = [shown.family, shown.parameterSize, shown.quantization].filter((word) => word !== null).join(", ");
  const context = shown.contextLength === null ? null : `made for ${shown.contextLength} tokens`;
  const resident = shown.loadedContext === null ? "yes" : `yes, with ${shown.loadedContext} tokens of context`;
  return [
    `${color.bold(model)}  ${color.dim(kind)}`,
    ...rows([
      ["problem", shown.problem],
      ["server", shown.server],
      ["runs at", shown.remoteHost],
      ["made of", made || null],
      ["size", shown.sizeBytes === null ? null : formatBytes(shown.sizeBytes)],
      ["context", context],
      ["vectors", shown.kind === "embedding" && shown.embeddingLength ? `${shown.embeddingLength} numbers` : null],
      ["can", shown.capabilities.join(", ") || "nothing that the server tells"],
      ["loaded", shown.loaded ? resident : "no"],
      ["changed", shown.modifiedAt],
      ["settings", shown.parameters.join("; ") || null],
      ["digest", digest],
    ]),
    "",
    ...(facts === null
      ? [`never probed; measure it with: tutti models probe ${model}`]
      : [
          showFacts(facts, color),
          ...(probe?.isStale ? [color.yellow(`! changed since: tutti models probe ${model}`)] : []),
        ]),
  ].join("\n");
}

const toolWords: Readonly<Record<string, string>> = {
  native: "calls them",
  text: "writes calls as text, which Tutti reads",
  none: "did not call the one that it was offered",
  refused: "the server refuses to offer it any",
};

const thinkingWords: Readonly<Record<string, string>> = {
  apart: "yes, apart from the answer",
  inline: "yes, in the middle of the answer",
  none: "did not, though asked",
  refused: "no",
};

function showFacts(facts: ShownFacts, color: Colors): string {
  const { model, kind, probedAt, tookMs, dimensions, notes } = facts;
  const when = new Date(probedAt).toISOString().replace("T", " ").slice(0, 16);
  const chat: Row[] = [
    ["tools", toolWords[facts.tools] ?? "unknown"],
    ["schemas", schemaWords(facts.schema)],
    ["thinking", thinkingWords[facts.thinking] ?? "unknown"],
    ["first token", facts.firstTokenMs === null ? null : `after ${formatMs(facts.firstTokenMs)}`],
    ["writes", perSecond(facts.outputTokensPerSecond)],
  ];
  return [
    `${color.bold(`probe of ${model}`)}  ${color.dim(`${when} UTC, took ${formatMs(tookMs)}`)}`,
    ...rows([
      ...(kind === "chat" ? chat : [["vectors", dimensions === null ? null : `${dimensions} numbers`] as const]),
      ["reads", perSecond(facts.promptTokensPerSecond)],
      ["context", contextWords(facts)],
      ["load", facts.loadMs === null ? null : formatMs(facts.loadMs)],
    ]),
    ...notes.map((note) => color.yellow(`  ! not measured: ${note}`)),
  ].join("\n");
}

function schemaWords({ streamed, whole, thinking }: ShownFacts["schema"]): string {
  const parts = [
    `${streamed} when streamed`,
    `${whole} in one piece`,
    ...(thinking === null ? [] : [`${thinking} while thinking`]),
  ];
  return parts.join(", ");
}

function contextWords({ contextAsked, contextGranted }: ShownFacts): string | null {
  if (contextGranted === null) return null;
  if (contextAsked === null || contextAsked === contextGranted) return `${contextGranted} tokens`;
  return `${contextGranted} tokens, though ${contextAsked} were asked for`;
}

function perSecond(value: number | null): string | null {
  return value === null ? null : `${value < 10 ? value.toFixed(1) : Math.round(value)} tokens/s`;
}

function showPull({ model, digest, isNew, sizeBytes, isVerified, tookMs }: ShownPull, { green, dim }: Colors): string {
  const what = isNew ? "is there now" : "was there already, and is the newest";
  const check = isVerified ? "every layer verified" : "not verified by the server";
  return [
    `${green("✓")} ${model} ${what}  ${dim(`${formatBytes(sizeBytes)} in ${formatMs(tookMs)}, ${check}`)}`,
    `  digest  ${digest}`,
    ...(isNew ? [`  next    tutti models probe ${typed(model)}`] : []),
  ].join("\n");
}

function showRemoval({ model, sizeBytes }: Pick<ShownModel, "model" | "sizeBytes">, { dim }: Colors): string {
  return `${model} is deleted${sizeBytes === null ? "" : `  ${dim(formatBytes(sizeBytes))}`}`;
}

function typed(model: string): string {
  const name = model.replace(/:latest$/, "");
  const short = name.replace(/^ollama\//, "");
  return short.includes("/") ? name : short;
}

type Row = readonly [label: string, text: string | null];

function rows(lines: readonly Row[]): string[] {
  return lines.flatMap(([label, text]) => (text === null ? [] : [`  ${label.padEnd(12)}${text}`]));
}
