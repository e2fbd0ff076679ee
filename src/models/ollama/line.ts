import { TuttiError } from "../../core/error.ts";

// One line holds one token, or at most one set of tool calls. Without a bound, a server that never ends its line fills memory.
const longestLineChars = 16 * 1024 * 1024;

/** The lines of a response as they come, without empty ones. Leaving the loop cancels the response. */
export async function* readLines(response: Response): AsyncGenerator<string, void> {
  if (!response.body) return;
  let rest = "";
  // A decoder of its own for each response: a character may be cut between two pieces.
  const decoder = new TextDecoder();
  for await (const piece of response.body) {
    const lines = (rest + decoder.decode(piece, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    if (rest.length > longestLineChars) throw tooLong();
    yield* lines.filter(isNotEmpty);
  }
  rest += decoder.decode();
  if (isNotEmpty(rest)) yield rest;
}

function isNotEmpty(line: string): boolean {
  return line.trim() !== "";
}

function tooLong(): TuttiError {
  return new TuttiError("model.bad_answer", `The model server sent a line of more than ${longestLineChars} characters`);
}
