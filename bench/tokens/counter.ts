import llama3 from "llama3-tokenizer-js";
import mistral from "mistral-tokenizer-js";
import type { ChatMessage } from "../../src/models/chat-model.ts";

/** Someone who knows how many tokens a prompt has. */
export interface Counter {
  readonly name: string;
  /** Of one message: the longest that it can take in a few seconds. */
  readonly mostCharacters: number;
  readonly mostMessages: number;
  count(messages: readonly ChatMessage[]): Promise<number>;
}

// Around a message, and before the answer, in the template of Llama 3: <|start_header_id|>user<|end_header_id|>\n\n … <|eot_id|>.
const llamaTemplate = { message: 5, once: 4 };
// [INST] … [/INST] and </s>.
const mistralTemplate = { message: 5, once: 1 };

export function tokenizers(): readonly Counter[] {
  return [
    local("Llama 3's tokenizer", llamaTemplate, (text) => llama3.encode(text, { bos: false, eos: false }).length),
    local("Mistral's tokenizer", mistralTemplate, (text) => mistral.encode(text, false).length),
  ];
}

function local(name: string, template: { message: number; once: number }, tokensOf: (text: string) => number): Counter {
  return {
    name,
    mostCharacters: 6_000,
    mostMessages: 4,
    count: async (messages) =>
      messages.reduce((sum, { content }) => sum + template.message + tokensOf(content), template.once),
  };
}

/** A real server: what it says it has read of a chat, and of a text to embed. */
export function serverCounters(url: string): readonly Counter[] {
  return [
    {
      name: "tiny-chat at Ollama",
      mostCharacters: 400,
      mostMessages: 3,
      count: (messages) =>
        ask(`${url}/api/chat`, {
          model: "tiny-chat",
          messages,
          stream: false,
          truncate: false,
          shift: false,
          options: { num_ctx: 8_192, num_predict: 1 },
        }),
    },
    {
      name: "all-minilm at Ollama",
      mostCharacters: 200,
      mostMessages: 1,
      count: (messages) =>
        ask(`${url}/api/embed`, {
          model: "all-minilm",
          input: messages.map(({ content }) => content).join("\n"),
          truncate: false,
        }),
    },
  ];
}

async function ask(address: string, body: object): Promise<number> {
  const response = await fetch(address, { method: "POST", body: JSON.stringify(body) });
  const reply = (await response.json()) as { prompt_eval_count?: number; error?: string };
  if (!response.ok || reply.prompt_eval_count === undefined)
    throw new Error(`${address} answered with status ${response.status}: ${reply.error ?? "no count"}`);
  return reply.prompt_eval_count;
}
