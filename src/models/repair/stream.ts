import type { ChatAnswer, ChatChunk } from "../chat-model.ts";
import { thoughtOpening } from "./thinking.ts";

export interface Gate {
  readonly onChunk: ((chunk: ChatChunk) => void) | undefined;
  /** Lets out what was held back, as what it has turned out to be. */
  end(answer: ChatAnswer): void;
}

/**
 * Thoughts within the text stream on as thoughts, and text that may turn out to be a call is held back: watchers are not
 * shown a call as if it were the answer, and the pieces joined are the answer's text and thinking.
 */
export function gateChunks(onChunk: ((chunk: ChatChunk) => void) | undefined, { mayCall }: { mayCall: boolean }): Gate {
  if (!onChunk) return { onChunk: undefined, end: () => undefined };
  let told = { text: "", thinking: "" };
  let first: Pick<ChatChunk, "firstTokenMs"> = {};
  const tell = (kind: keyof typeof told, text: string): void => {
    if (text === "") return;
    told[kind] += text;
    onChunk({ kind, text, ...first });
    first = {};
  };
  let text = new TextGate(tell, mayCall);
  const take = ({ kind, text: piece, firstTokenMs }: ChatChunk): void => {
    // The piece that it comes with may be held back.
    if (firstTokenMs !== undefined) first = { firstTokenMs };
    if (kind === "text") return text.take(piece);
    if (kind === "thinking") return tell(kind, piece);
    if (kind === "notice") {
      // What came before it belongs to an answer that was given up.
      told = { text: "", thinking: "" };
      text = new TextGate(tell, mayCall);
    }
    onChunk({ kind, text: piece, ...first });
    first = {};
  };
  return {
    onChunk: take,
    end(answer) {
      for (const kind of ["thinking", "text"] as const) {
        const whole = answer[kind] ?? "";
        if (whole.startsWith(told[kind])) tell(kind, whole.slice(told[kind].length));
      }
    },
  };
}

class TextGate {
  readonly #tell: (kind: "text" | "thinking", text: string) => void;
  readonly #mayCall: boolean;
  #mode: "beginning" | "thought" | "text" | "held" = "beginning";
  #closing = "";
  #held = "";
  #hasThought = false;
  #isInLine = false;
  /** Something of the present thought, and of those before it, has been told. */
  #isThoughtBegun = false;
  #wasThoughtTold = false;

  constructor(tell: (kind: "text" | "thinking", text: string) => void, mayCall: boolean) {
    this.#tell = tell;
    this.#mayCall = mayCall;
  }

  take(piece: string): void {
    this.#held += piece;
    while (this.#step());
  }

  /** Does what can be done with what is held; true where more may follow at once. */
  #step(): boolean {
    if (this.#mode === "beginning") return this.#begin();
    if (this.#mode === "thought") return this.#think();
    if (this.#mode === "text") this.#speak();
    return false;
  }

  #begin(): boolean {
    const opening = thoughtOpening(this.#held);
    if (opening === "unsure") return false;
    if (opening === null) {
      if (this.#hasThought) this.#held = this.#held.trimStart();
      this.#mode = "text";
      return true;
    }
    this.#closing = `</${opening.word}>`;
    this.#held = opening.rest;
    this.#mode = "thought";
    this.#isThoughtBegun = false;
    return true;
  }

  #think(): boolean {
    const end = this.#held.toLowerCase().indexOf(this.#closing);
    if (end >= 0) {
      this.#tellThought(this.#held.slice(0, end).trimEnd());
      this.#held = this.#held.slice(end + this.#closing.length);
      this.#hasThought = true;
      this.#mode = "beginning";
      return true;
    }
    // The closing tag, and the space before it, may have come in part.
    const safe = this.#held.slice(0, -this.#closing.length).trimEnd();
    this.#tellThought(safe);
    this.#held = this.#held.slice(safe.length);
    return false;
  }

  #tellThought(text: string): void {
    const thought = this.#isThoughtBegun ? text : text.trimStart();
    if (thought === "") return;
    this.#tell("thinking", !this.#isThoughtBegun && this.#wasThoughtTold ? `\n\n${thought}` : thought);
    this.#isThoughtBegun = true;
    this.#wasThoughtTold = true;
  }

  #speak(): void {
    // A dot stands for what has been told of the line.
    const line = this.#isInLine ? `.${this.#held}` : this.#held;
    if (this.#mayCall && callBegins.test(line)) this.#mode = "held";
    else if (!(this.#mayCall && mayBeginCall.test(line)) && this.#held !== "") {
      this.#tell("text", this.#held);
      this.#isInLine = !this.#held.endsWith("\n");
      this.#held = "";
    }
  }
}

// JSON, a fence or a list of calls on a line of its own, tags, special tokens, a call as Python writes it.
const callBegins =
  /(?:^|\n)[ \t]*(?:[{[]|`{3}|~{3}|[A-Za-z_][\w.]*\(|Action:)|<(?:[|｜]|\/?[a-z_])|\[(?:TOOL|tool)|to=functions/;
// No tool has a longer name: a model that writes one letter on and on is not held back for good.
const mayBeginCall = /(?:^|\n)[ \t]*(?:`{1,2}|~{1,2}|[A-Za-z_][\w.]{0,127})?$|[<[]$/;
