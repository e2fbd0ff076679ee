export interface SplitText {
  readonly text: string;
  /** Empty where nothing was thought aloud. */
  readonly thinking: string;
}

const words = "think|thinking|thought|reasoning";
const opening = new RegExp(`^\\s*<(${words})>`, "i");
// A server's template may have written the opening tag itself. On a line of its own, so that talk about tags stays talk.
const closingAlone = new RegExp(`^(?:|[\\s\\S]*?\\n)[ \\t]*</(${words})>[ \\t]*(?=\\n|$)`, "i");

/**
 * Takes what a model has thought aloud out of its answer: `<think>…</think>` at the beginning, also several, also one that
 * was never closed (then all of it was thought), also one whose opening tag is missing.
 */
export function splitThinking(text: string): SplitText {
  const thoughts: string[] = [];
  let rest = text;
  for (let tag = opening.exec(rest); tag; tag = opening.exec(rest)) {
    const word = tag[1] ?? "";
    const body = rest.slice(tag[0].length);
    const end = new RegExp(`</${word}>`, "i").exec(body);
    thoughts.push(body.slice(0, end?.index ?? body.length).trim());
    rest = end ? body.slice(end.index + end[0].length) : "";
  }
  const alone = thoughts.length === 0 ? closingAlone.exec(rest) : null;
  if (alone) {
    thoughts.push(alone[0].replace(/<\/[^<]*$/, "").trim());
    rest = rest.slice(alone[0].length);
  }
  if (thoughts.length === 0) return { text, thinking: "" };
  return { text: rest.trimStart(), thinking: thoughts.filter(Boolean).join("\n\n") };
}

/** How a text that has only begun to come begins: with a thought, with no thought, or not known yet. */
export function thoughtOpening(text: string): { word: string; rest: string } | "unsure" | null {
  const tag = opening.exec(text);
  if (tag) return { word: (tag[1] ?? "").toLowerCase(), rest: text.slice(tag[0].length) };
  const begun = text.trimStart().toLowerCase();
  return words.split("|").some((word) => `<${word}>`.startsWith(begun)) ? "unsure" : null;
}
