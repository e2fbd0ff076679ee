import { isRecord, type Message } from "./step-data.ts";

/** What fills a model's window, in characters: no server tells the tokens of a single message. */
export interface WindowShare {
  readonly role: string;
  readonly messages: number;
  readonly characters: number;
  /** Of all that was given, 0 to 1. */
  readonly share: number;
}

export function sharesOf(messages: readonly Message[]): readonly WindowShare[] {
  const given = messages.at(-1)?.role === "assistant" ? messages.slice(0, -1) : messages;
  const byRole = Map.groupBy(given, ({ role }) => role);
  const total = given.reduce((sum, message) => sum + lengthOf(message), 0);
  return [...byRole].map(([role, of]) => {
    const characters = of.reduce((sum, message) => sum + lengthOf(message), 0);
    return { role, messages: of.length, characters, share: total === 0 ? 0 : characters / total };
  });
}

function lengthOf({ content, contentBytes, toolCalls }: Message): number {
  return (contentBytes ?? content.length) + (toolCalls ? JSON.stringify(toolCalls).length : 0);
}

/** What was done so that it fits, as the step's result tells it. */
export function fitNotes(output: unknown): readonly string[] {
  if (!isRecord(output)) return [];
  const { compacted, grown } = output;
  const notes: string[] = [];
  if (isRecord(compacted)) {
    notes.push(`${String(compacted["messages"])} old messages (${String(compacted["tokens"])} tokens) were left out`);
  }
  if (isRecord(grown)) {
    notes.push(`the window was made larger, from ${String(grown["from"])} to ${String(grown["to"])} tokens`);
  }
  return notes;
}
