import { signal, type Signal } from "@preact/signals";

/** What running steps say at this moment, by the step's key. It is not stored: whoever comes later sees the result. */
export interface LiveTexts {
  of(key: string): Signal<LiveText>;
  add(key: string, data: unknown): void;
  /** The step has ended: its stored result says it all. */
  drop(key: string): void;
  readonly keys: Signal<number>;
}

export interface LiveText {
  readonly text: string;
  readonly thinking: string;
  readonly notice: string;
  /** Pieces that have come, about one a token. */
  readonly pieces: number;
  readonly firstAt: number | null;
}

const silent: LiveText = { text: "", thinking: "", notice: "", pieces: 0, firstAt: null };
// Faster than this nobody reads, and each change lays out the page.
const paintMs = 100;
// A model that never stops must not fill the tab.
const mostCharacters = 200_000;

export function createLiveTexts(now: () => number): LiveTexts {
  const texts = new Map<string, Signal<LiveText>>();
  const pending = new Map<string, LiveText>();
  const keys = signal(0);
  const of = (key: string): Signal<LiveText> => {
    const known = texts.get(key) ?? signal(silent);
    texts.set(key, known);
    return known;
  };
  const paint = (): void => {
    for (const [key, text] of pending) of(key).value = text;
    pending.clear();
    keys.value = texts.size;
  };
  return {
    of,
    keys,
    add(key, data) {
      if (pending.size === 0) setTimeout(paint, paintMs);
      pending.set(key, added(pending.get(key) ?? of(key).peek(), data, now()));
    },
    drop(key) {
      pending.delete(key);
      const known = texts.get(key);
      if (known) known.value = silent;
    },
  };
}

/** A notice says that what came before it was given up, so the text begins again. */
export function added(old: LiveText, data: unknown, at: number): LiveText {
  if (typeof data !== "object" || data === null) return typeof data === "string" ? withText(old, data, at) : old;
  const { text, thinking, notice, line, chunk, out } = data as Readonly<Record<string, unknown>>;
  if (typeof notice === "string") return { ...silent, notice, firstAt: old.firstAt };
  if (typeof thinking === "string") {
    return { ...old, thinking: cut(old.thinking + thinking), pieces: old.pieces + 1, firstAt: old.firstAt ?? at };
  }
  const written = [text, chunk, out].find((one) => typeof one === "string");
  if (typeof written === "string") return withText(old, written, at);
  return typeof line === "string" ? withText(old, `${line}\n`, at) : old;
}

function withText(old: LiveText, piece: string, at: number): LiveText {
  return { ...old, text: cut(old.text + piece), pieces: old.pieces + 1, firstAt: old.firstAt ?? at };
}

function cut(text: string): string {
  return text.length > mostCharacters ? text.slice(-mostCharacters) : text;
}
