import type { ChatAnswer, ChatMessage, ChatRequest, ToolDefinition } from "../../models/chat-model.ts";
import type { RecordAttributes } from "../record.ts";
import { fitJson } from "./fit-json.ts";
import { redactSecrets, type Redact } from "./redact.ts";
import { genAi, type Conventions } from "./semantic.ts";

/** What spans hold of what models and tools were given and gave, as the conventions write it; all of it text in JSON. */
export interface Content {
  request(request: ChatRequest): RecordAttributes;
  answer(answer: ChatAnswer): RecordAttributes;
  tool(given: unknown, result: unknown): RecordAttributes;
}

/** Null where nothing of it is to be kept. */
export function createContent(how: "off" | "redacted" | "on", conventions: Conventions): Content | null {
  if (how === "off") return null;
  const redact: Redact = how === "redacted" ? redactSecrets : (whole) => whole;
  const json = (value: unknown): string => fitJson(value, redact);
  return {
    request({ messages, tools = [] }) {
      const system = messages.filter(({ role }) => role === "system").map(({ content }) => text(content));
      const others = messages.filter(({ role }) => role !== "system").map(toMessage);
      return {
        [genAi.inputMessages]: json(others),
        ...(system.length > 0 ? { [genAi.instructions]: json(system) } : {}),
        ...(tools.length > 0 ? { [genAi.toolDefinitions]: json(tools.map(toDefinition)) } : {}),
      };
    },
    answer(answer) {
      const { thinking, finishReason } = answer;
      const parts = [
        ...(thinking === undefined || thinking === "" ? [] : [{ type: "reasoning", content: thinking }]),
        ...partsOf({ role: "assistant", content: answer.text, toolCalls: answer.toolCalls }),
      ];
      const finish = conventions.finishInMessages ? { finish_reason: finishReason } : {};
      return { [genAi.outputMessages]: json([{ role: "assistant", parts, ...finish }]) };
    },
    tool: (given, result) => ({
      ...(given === undefined ? {} : { [genAi.toolArguments]: json(given) }),
      ...(result === undefined ? {} : { [genAi.toolResult]: json(result) }),
    }),
  };
}

function toMessage(message: ChatMessage): object {
  return { role: message.role, parts: partsOf(message) };
}

function partsOf({ role, content, toolCalls = [], toolName }: ChatMessage): object[] {
  if (role === "tool") return [{ type: "tool_call_response", name: toolName, response: content }];
  return [
    ...(content === "" ? [] : [text(content)]),
    ...toolCalls.map(({ id, name, arguments: given }) => ({ type: "tool_call", id, name, arguments: given })),
  ];
}

function text(content: string): object {
  return { type: "text", content };
}

function toDefinition({ name, description, parameters }: ToolDefinition): object {
  return { type: "function", name, description, parameters };
}
