import type { LanguageModelV4CallOptions, LanguageModelV4Message, LanguageModelV4ToolCallPart } from "@ai-sdk/provider";
import type { ChatMessage, ChatOptions, ChatRequest, ToolCall } from "../chat-model.ts";

/** A request in the words of the AI SDK. `answerLimit`: tokens that the answer may have. */
export function toCallOptions(request: ChatRequest, answerLimit: number | undefined): LanguageModelV4CallOptions {
  const { tools = [], format, options = {} } = request;
  return {
    prompt: toPrompt(request.messages),
    // The SDK's types do not take `undefined` for what is left out.
    ...(answerLimit === undefined ? {} : { maxOutputTokens: answerLimit }),
    ...(options.temperature === undefined ? {} : { temperature: options.temperature }),
    ...(options.seed === undefined ? {} : { seed: options.seed }),
    ...(options.topP === undefined ? {} : { topP: options.topP }),
    ...(options.stop === undefined ? {} : { stopSequences: [...options.stop] }),
    ...(options.think === undefined ? {} : { reasoning: toReasoning(options.think) }),
    ...(format === undefined ? {} : { responseFormat: toResponseFormat(format) }),
    ...(tools.length === 0 ? {} : { tools: tools.map(toTool), toolChoice: { type: "auto" as const } }),
  };
}

function toReasoning(think: NonNullable<ChatOptions["think"]>): "none" | "low" | "medium" | "high" {
  return think === true ? "medium" : think === false ? "none" : think;
}

function toResponseFormat(
  format: NonNullable<ChatRequest["format"]>,
): NonNullable<LanguageModelV4CallOptions["responseFormat"]> {
  return format === "json" ? { type: "json" } : { type: "json", schema: format };
}

function toTool({ name, description, parameters }: NonNullable<ChatRequest["tools"]>[number]) {
  return { type: "function" as const, name, description, inputSchema: parameters };
}

/**
 * The SDK ties a tool's result to its call by an id, which a message here may lack. Then results go to the open calls of
 * their name in order.
 */
function toPrompt(messages: readonly ChatMessage[]): LanguageModelV4Message[] {
  const open: LanguageModelV4ToolCallPart[] = [];
  let made = 0;
  const toPart = ({ id, name, arguments: input }: ToolCall): LanguageModelV4ToolCallPart => {
    made += 1;
    return { type: "tool-call", toolCallId: id ?? `call_${made}`, toolName: name, input };
  };
  return messages.map((message): LanguageModelV4Message => {
    const { role, content } = message;
    switch (role) {
      case "system":
        return { role, content };
      case "user":
        return { role, content: [{ type: "text", text: content }] };
      case "assistant": {
        const calls = (message.toolCalls ?? []).map(toPart);
        open.push(...calls);
        return { role, content: [...(content === "" ? [] : [{ type: "text" as const, text: content }]), ...calls] };
      }
      case "tool":
        return { role, content: [toResult(message, open)] };
      default:
        return unreachable(role);
    }
  });
}

function unreachable(role: never): never {
  throw new TypeError(`a message of the role ${String(role)}`);
}

function toResult({ content, toolName = "tool" }: ChatMessage, open: LanguageModelV4ToolCallPart[]) {
  const at = Math.max(
    0,
    open.findIndex((call) => call.toolName === toolName),
  );
  const [answered] = open.splice(at, 1);
  return {
    type: "tool-result" as const,
    toolCallId: answered?.toolCallId ?? "call_0",
    toolName: answered?.toolName ?? toolName,
    output: { type: "text" as const, value: content },
  };
}
