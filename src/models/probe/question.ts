import { z } from "zod";
import type { JsonSchema, ToolDefinition } from "../chat-model.ts";
import type { ProbeReply } from "./target.ts";

/** The canary: a tool that no model knows, so that a call of it can only come from the offer. */
export const canaryTool: ToolDefinition = {
  name: "look_up_canary",
  description: "Returns the secret word that belongs to a colour.",
  parameters: { type: "object", properties: { colour: { type: "string" } }, required: ["colour"] },
};

/** Two ways to ask, since a model may miss the first. */
export const canaryPrompts = [
  "What is the secret word of the colour blue? Look it up with the tool look_up_canary.",
  'Call the tool look_up_canary with {"colour": "blue"}. Do nothing else.',
] as const;

export function toolVerdict({ toolCalls, text, isCut }: ProbeReply): "native" | "text" | "none" | "unknown" {
  if (toolCalls.some(({ name, arguments: values }) => name === canaryTool.name && "colour" in values)) return "native";
  if (isCallInWords(text)) return "text";
  // Without a word of answer, thinking may have used up its tokens.
  return isCut && text.trim() === "" ? "unknown" : "none";
}

/** The tool's name near arguments, as JSON, in tags or like a Python call; the name alone is talk about the tool. */
function isCallInWords(text: string): boolean {
  const name = canaryTool.name;
  const asJson = new RegExp(`"${name}"[\\s\\S]{0,80}"colour"|"colour"[\\s\\S]{0,80}"${name}"`);
  const asPython = new RegExp(`\\b${name}\\(\\s*(colour\\s*=|\\{|["'])`);
  return asJson.test(text) || asPython.test(text);
}

// Only words from a list and yes or no: a model of random weights could write on for ever inside of a string or number.
const schemaAnswer = z.strictObject({ colour: z.enum(["red", "green", "blue"]), isSure: z.boolean() });

export const schemaFormat: JsonSchema = {
  type: "object",
  properties: { colour: { type: "string", enum: ["red", "green", "blue"] }, isSure: { type: "boolean" } },
  required: ["colour", "isSure"],
  additionalProperties: false,
};

/** Says nothing of JSON: an answer that is JSON all the same was bound by the schema. */
export const schemaPrompt = "Which colour has a clear sky? Answer in one plain English sentence.";

export function schemaVerdict({ text, isCut }: ProbeReply): "kept" | "ignored" | "unknown" {
  // What some models think aloud before the answer is another finding.
  const answer = text.replace(/^\s*<think(ing)?>[\s\S]*?<\/think(ing)?>/i, "").trim();
  if (schemaAnswer.safeParse(parse(answer)).success) return "kept";
  // All its tokens may have gone into blanks or into thinking.
  return isCut && /^($|\{|<think)/i.test(answer) ? "unknown" : "ignored";
}

export const thinkPrompt = "How many days are there in two weeks? Think first, then answer with the number.";

export function thinkingVerdict({ thinking, text }: ProbeReply): "apart" | "inline" | "none" {
  if (thinking.trim() !== "") return "apart";
  return /<think(ing)?>/i.test(text) ? "inline" : "none";
}

/**
 * Some hundred tokens, or fewer where the context is small; another text each time, since what a server has just read it
 * does not read again.
 */
export function speedPrompt(round: number, contextTokens: number | null): string {
  // A line has some 25 tokens, or 60 with a tokenizer that knows few words; a third of the context is left for the answer.
  const fitting = Math.floor((contextTokens ?? plentyTokens) / 100);
  const lines = Array.from(
    { length: Math.max(1, Math.min(mostLines, fitting)) },
    (_, line) => `Note ${round * 100 + line}: the parcel ${line * 7 + round} went from the harbour to the mill.`,
  );
  return `Report ${round}.\n${lines.join("\n")}\nSum up these notes in a paragraph.`;
}

const mostLines = 30;
const plentyTokens = 8_192;

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // Not JSON, which is what is asked here.
  }
}
