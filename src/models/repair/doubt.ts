import type { ToolDefinition } from "../chat-model.ts";

/**
 * The offered tool that a text seems to call in a way that was not taken for a call: among other words, or cut off. Null
 * where there is none. Told with the answer, so that such a call is not lost in silence.
 */
export function callInDoubt(text: string, tools: readonly ToolDefinition[]): string | null {
  return tools.find(({ name }) => patternFor(name).test(text))?.name ?? null;
}

/** A name with arguments behind it as JSON writes them, or as the tags of models do. */
function patternFor(name: string): RegExp {
  const own = name.replaceAll(/[^\w-]/g, String.raw`\$&`);
  const json = String.raw`["'](?:name|tool|tool_name|function|action)["']\s*:\s*["']${own}["']\s*,\s*["'](?:arguments|parameters|args|input|tool_input|action_input)["']`;
  const tags = String.raw`<function=${own}>|<invoke name=["']?${own}["']?>|\[TOOL_CALLS\]\s*${own}|<\|python_tag\|>\s*${own}|<tool_call>\s*${own}`;
  return new RegExp(`${json}|${tags}`);
}
