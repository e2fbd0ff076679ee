import type { Tokenizer } from "./prompt-tokens.ts";

/** A model that the server has. A string is a chat model of that name. */
export interface ServedModel {
  readonly name: string;
  /** Default: `["completion", "tools"]`. */
  readonly capabilities?: readonly string[];
  /** Tokens that the model was made for. Default: 32768. */
  readonly contextLength?: number;
  readonly sizeBytes?: number;
  /** Of its manifest. Default: made from its name. */
  readonly digest?: string;
  /** As `model_info` has it, without the name of the architecture: `{ block_count: 2 }`. Default: the measures of tiny-chat. */
  readonly measures?: Readonly<Record<string, unknown>>;
  readonly tokenizer?: Tokenizer;
  /** Makes it a "cloud" model, which the server would send elsewhere. */
  readonly remoteHost?: string;
  /** Its file cannot be read: /api/show answers 500 without a body. */
  readonly isDamaged?: boolean;
}

export type Served = Required<Omit<ServedModel, "remoteHost" | "isDamaged">> &
  Pick<ServedModel, "remoteHost" | "isDamaged">;

export function toModel(model: string | ServedModel): Served {
  const given = typeof model === "string" ? { name: model } : model;
  const name = given.name.includes(":") ? given.name : `${given.name}:latest`;
  const capabilities = ["completion", "tools"];
  return {
    capabilities,
    contextLength: 32_768,
    sizeBytes: 550_109,
    digest: Buffer.from(name).toString("hex").padEnd(64, "0").slice(0, 64),
    measures: tinyMeasures,
    tokenizer: { tokensPerWord: 1, cutsTo: "context" },
    ...given,
    name,
  };
}

const tinyMeasures = {
  block_count: 2,
  embedding_length: 64,
  "attention.head_count": 4,
  "attention.head_count_kv": 4,
};
