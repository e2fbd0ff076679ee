/** What a person decides, as it is sent. */
export type Verdict =
  | { readonly kind: "approve"; readonly payload?: unknown; readonly comment?: string }
  | { readonly kind: "reject"; readonly reason: string }
  | { readonly kind: "answer"; readonly answer: string };

interface Asked {
  readonly choices: readonly string[];
  readonly payload: unknown;
}

/** What a review asks for: a yes or no to a payload, one of several answers, or any words. */
export function wayOf({ choices, payload }: Asked): "approval" | "choice" | "words" {
  if (choices.length > 0) return "choice";
  return payload === null || payload === undefined ? "words" : "approval";
}

export type EditedPayload = { readonly payload: unknown } | { readonly problem: string };

/** The text of an edited payload: text stays text, everything else is JSON. */
export function parseEdited(text: string, original: unknown): EditedPayload {
  if (typeof original === "string") return { payload: text };
  try {
    return { payload: JSON.parse(text) as unknown };
  } catch (error) {
    return { problem: `This is not JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
}

export function editable(payload: unknown): string {
  return typeof payload === "string" ? payload : (JSON.stringify(payload, null, 2) ?? "null");
}
