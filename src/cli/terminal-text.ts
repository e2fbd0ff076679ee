import { randomBytes } from "node:crypto";
import { createColors } from "picocolors";
import { columnsOf, cutText } from "./text-width.ts";

const paints = ["bold", "dim", "red", "green", "yellow", "blue"] as const;

/** The colours of this program. */
export type Colors = Readonly<Record<(typeof paints)[number], (text: string) => string>>;

/**
 * Makes text fit for a terminal. What comes from runs, models, flows and files may hold sequences that move the cursor,
 * set the title or hide letters; they are shown as what they are. Colours are marked with a word that nobody outside of
 * this process knows, so that no text can bring its own.
 */
export interface TerminalText {
  colors(isColored: boolean): Colors;
  /** Escapes everything that is not to be seen as such, but for the marked colours. */
  forTerminal(text: string): string;
  /** Only sets the colours in: a file or a pipe gets text as it is. */
  asIs(text: string): string;
  /** As much of one line as fits; without its colours where it does not. */
  cut(line: string, width: number): string;
}

// C0 without tab and newline, DEL, C1, and what turns the direction of letters around.
// oxlint-disable-next-line no-control-regex
const hidden = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]/g;

export function createTerminalText(word: string = randomBytes(8).toString("hex")): TerminalText {
  const mark = (codes: string): string => codes.replaceAll("\u001B", `\uFDD0${word}`);
  const marked = new RegExp(`\uFDD0${word}`, "g");
  const asIs = (text: string): string => text.replaceAll(marked, "\u001B");
  return {
    colors(isColored) {
      const codes = createColors(isColored);
      const paint = (name: (typeof paints)[number]): Colors[typeof name] => {
        const [before = "", after = ""] = codes[name]("\n").split("\n").map(mark);
        return (text) => `${before}${text}${after}`;
      };
      return {
        bold: paint("bold"),
        dim: paint("dim"),
        red: paint("red"),
        green: paint("green"),
        yellow: paint("yellow"),
        blue: paint("blue"),
      };
    },
    forTerminal: (text) => asIs(escapeHidden(text)),
    asIs,
    cut(line, width) {
      const plain = escapeHidden(line.replaceAll(new RegExp(`\uFDD0${word}\\[\\d+m`, "g"), ""));
      return columnsOf(plain) <= width ? line : cutText(plain, width);
    },
  };
}

/** What a terminal would obey or hide, as text. */
export function escapeHidden(text: string): string {
  return text.replaceAll(hidden, escaped);
}

/** As JSON writes it, so that a JSON value on a terminal stays one. */
function escaped(letter: string): string {
  return `\\u${(letter.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`;
}
