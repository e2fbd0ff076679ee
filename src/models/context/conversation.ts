import type { ChatMessage } from "../chat-model.ts";

export const promptParts = ["system", "goal", "tools", "history", "newest"] as const;
/** What a prompt is made of: `goal` is the first thing that a user said, `newest` what the model is to react to now. */
export type PromptPart = (typeof promptParts)[number];

/** Messages that belong together: a result without its call, or a call without its result, confuses every model. */
export interface Block {
  readonly part: Exclude<PromptPart, "tools">;
  readonly messages: readonly ChatMessage[];
}

/** A conversation in its order. Calls that still wait for a result count as newest, wherever they stand. */
export function blocksOf(messages: readonly ChatMessage[]): readonly Block[] {
  const groups = groupsOf(messages);
  const goal = groups.findIndex(([first]) => first?.role === "user");
  return groups.map((group, index) => ({
    part: partOf(group, index, { goal, last: groups.length - 1 }),
    messages: group,
  }));
}

function partOf(group: readonly ChatMessage[], index: number, at: { goal: number; last: number }): Block["part"] {
  const [first, ...results] = group;
  if (first?.role === "system") return "system";
  if (index === at.goal) return "goal";
  const isOpen = (first?.toolCalls?.length ?? 0) > results.length;
  return index === at.last || isOpen ? "newest" : "history";
}

function groupsOf(messages: readonly ChatMessage[]): readonly (readonly ChatMessage[])[] {
  const groups: ChatMessage[][] = [];
  for (const message of messages) {
    const before = groups.at(-1);
    if (message.role === "tool" && before?.[0]?.toolCalls?.length) before.push(message);
    else groups.push([message]);
  }
  return groups;
}
