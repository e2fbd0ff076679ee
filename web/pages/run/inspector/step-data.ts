/** A value as far as it was asked for: whole, or the beginning of its text. */
export interface PayloadPart {
  readonly bytes: number;
  readonly truncated: boolean;
  readonly value?: unknown;
  readonly text?: string | undefined;
}

export interface StepData {
  readonly key: string;
  readonly kind: string;
  readonly status: string;
  readonly skipped: { readonly reason: string; readonly hint: string } | null;
  readonly model: string | null;
  readonly turn: number | null;
  readonly options: unknown;
  readonly input: PayloadPart | null;
  readonly output: PayloadPart | null;
  readonly error: PayloadPart | null;
  readonly messages: PayloadPart | null;
  readonly tools: PayloadPart | null;
}

export type StepPartName = "input" | "output" | "error" | "messages" | "tools";

export interface Message {
  readonly role: string;
  readonly content: string;
  readonly turn?: number;
  readonly toolName?: string;
  readonly toolCalls?: readonly ToolCall[];
  readonly thinking?: string;
  readonly repairs?: readonly { readonly kind: string; readonly detail: string }[];
  readonly contentBytes?: number;
  readonly isCut?: boolean;
}

export interface ToolCall {
  readonly name: string;
  readonly arguments: unknown;
  readonly problem?: string;
}

export interface OfferedTool {
  readonly name: string;
  readonly description: string;
}

/** The whole of a part, as a file: the browser writes it to the disk without holding it. */
export function partUrl(run: string, key: string, part: StepPartName): string {
  return `/api/runs/${encodeURIComponent(run)}/step?${new URLSearchParams({ key, part }).toString()}`;
}

export function messagesOf(step: StepData | undefined): readonly Message[] {
  const value = step?.messages?.value;
  return Array.isArray(value) ? value.filter(isMessage) : [];
}

function isMessage(value: unknown): value is Message {
  return isRecord(value) && typeof value["role"] === "string" && typeof value["content"] === "string";
}

export function toolsOf(step: StepData | undefined): {
  readonly offered: readonly OfferedTool[];
  readonly used: readonly ToolCall[];
} {
  const value = step?.tools?.value;
  if (!isRecord(value)) return { offered: [], used: [] };
  const { offered, used } = value;
  return {
    offered: Array.isArray(offered) ? offered.filter(isTool) : [],
    used: Array.isArray(used) ? used.filter(isCall) : [],
  };
}

function isTool(value: unknown): value is OfferedTool {
  return isRecord(value) && typeof value["name"] === "string";
}

function isCall(value: unknown): value is ToolCall {
  return isRecord(value) && typeof value["name"] === "string";
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
