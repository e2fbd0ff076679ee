import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { LanguageModelV4 } from "@ai-sdk/provider";
import { TuttiError } from "../../core/error.ts";
import { fromLanguageModel, type LanguageModelOptions } from "./chat.ts";
import type { ChatModel } from "../chat-model.ts";
import type { ModelProvider } from "../provider.ts";

export interface ModuleProviderOptions extends Omit<LanguageModelOptions, "name"> {
  /** The first part of its models' names. */
  readonly name: string;
  /** Relative to `folder`. */
  readonly path: string;
  readonly folder: string;
}

/**
 * Models of the AI SDK from a file of the user's, whose default export is what the SDK calls a provider: a function from a
 * model's name to the model, or an object with `languageModel`. The file is loaded with the first call, and is its owner's
 * trusted code: where its models run, and whether prompts leave the machine, it decides alone.
 */
export function createModuleProvider(options: ModuleProviderOptions): ModelProvider {
  return {
    chat(model) {
      const name = `${options.name}/${model}`;
      let made: Promise<ChatModel> | undefined;
      return {
        name,
        chat: async (request, call) => (await (made ??= open(options, name, model))).chat(request, call),
      };
    },
  };
}

async function open(options: ModuleProviderOptions, name: string, model: string): Promise<ChatModel> {
  const path = resolve(options.folder, options.path);
  const exported = await load(path, options.name);
  const made: unknown = makerOf(exported)?.(model);
  if (isLanguageModel(made)) return fromLanguageModel(made, { ...options, name });
  throw new TuttiError("config.invalid", `${path} gives no language model for ${model}`, {
    where: `models.modules.${options.name}`,
    hint: "Its default export must be a provider of the AI SDK 7 (specification v4), such as createOpenAICompatible({ … }).",
  });
}

async function load(path: string, name: string): Promise<unknown> {
  try {
    const loaded: unknown = await import(pathToFileURL(path).href);
    return typeof loaded === "object" && loaded !== null && "default" in loaded ? loaded.default : undefined;
  } catch (error) {
    throw new TuttiError(
      "config.invalid",
      `${path} cannot be loaded: ${error instanceof Error ? error.message : String(error)}`,
      {
        cause: error,
        where: `models.modules.${name}`,
        hint: "The path is relative to the folder of tutti.yaml.",
      },
    );
  }
}

type Maker = (model: string) => unknown;

/** A provider of the SDK is a function that has `languageModel`, too; the method is asked for its own `this`. */
function makerOf(exported: unknown): Maker | undefined {
  if (typeof exported === "function") return (model) => Reflect.apply(exported, undefined, [model]) as unknown;
  if (typeof exported !== "object" || exported === null || !("languageModel" in exported)) return undefined;
  const { languageModel } = exported;
  if (typeof languageModel !== "function") return undefined;
  return (model) => Reflect.apply(languageModel, exported, [model]) as unknown;
}

function isLanguageModel(value: unknown): value is LanguageModelV4 {
  return (
    typeof value === "object" &&
    value !== null &&
    "specificationVersion" in value &&
    value.specificationVersion === "v4" &&
    "doStream" in value
  );
}
