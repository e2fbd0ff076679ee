import { z } from "zod";
import { TuttiError } from "../../core/error.ts";
import type { Tool } from "../../core/tool.ts";

/** What tools gave an agent, in full; the model is told as much as fits and may read on. */
export interface Results {
  /** The text that the model is told: the whole, or its beginning with how much is left and how to get it. */
  tell(text: string): string;
  /** Offered once something was cut. */
  readonly tool: Tool<{ result: number; offset: number }, string> | undefined;
}

// Room for the note behind a piece, so that a piece is not cut in turn.
const noteSize = 200;

export function createResults(mostCharacters: number): Results {
  const cut: string[] = [];
  const size = Math.max(noteSize, mostCharacters - noteSize);
  const piece = (result: number, offset: number): string => {
    const text = cut[result - 1] ?? "";
    const end = Math.min(text.length, offset + size);
    const rest = text.length - end;
    const note =
      rest === 0
        ? `[Characters ${offset} to ${end} of ${text.length}: the end.]`
        : `[Characters ${offset} to ${end} of ${text.length}; ${rest} more were left out. Read on with read_result {"result": ${result}, "offset": ${end}}.]`;
    return `${text.slice(offset, end)}\n${note}`;
  };
  return {
    tell(text) {
      if (text.length <= mostCharacters) return text;
      const known = cut.indexOf(text);
      return piece(known < 0 ? cut.push(text) : known + 1, 0);
    },
    get tool() {
      return cut.length === 0 ? undefined : readResult(cut, piece);
    },
  };
}

function readResult(
  cut: readonly string[],
  piece: (result: number, offset: number) => string,
): Tool<{ result: number; offset: number }, string> {
  return {
    name: "read_result",
    description: "Reads on in the result of a tool that was too long to be shown at once.",
    input: z.strictObject({
      result: z.int().min(1).describe("The number that the note at the result's end names."),
      offset: z.int().min(0).describe("The character to begin with."),
    }),
    effect: "read",
    async call({ result, offset }) {
      const length = cut[result - 1]?.length;
      if (length === undefined) throw new TuttiError("tool.failed", `there is no result ${result} that was cut`);
      if (offset < length) return piece(result, offset);
      throw new TuttiError("tool.failed", `result ${result} has ${length} characters, so none at ${offset}`);
    },
  };
}
