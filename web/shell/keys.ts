import { useEffect, useRef } from "preact/hooks";
import { look } from "../data/setting.ts";

/** A key of a page. `keys` is one key (`j`, `Enter`, `ArrowDown`), a chord in turn (`g o`), or one with ⌘/Ctrl (`mod+k`). */
export interface KeyBinding {
  readonly keys: string;
  /** What it does, for the list that `?` shows. */
  readonly does: string;
  readonly run: (event: KeyboardEvent) => void;
  /** Also while somebody types, as ⌘⏎ in a form. */
  readonly whileTyping?: boolean;
}

interface Layer {
  readonly name: string;
  readonly bindings: () => readonly KeyBinding[];
}

// The newest layer is asked first: a dock's keys before those of the list under it.
const layers: Layer[] = [];

/** Binds keys while a component is there; `name` heads them in the list of keys. */
export function useKeys(name: string, bindings: readonly KeyBinding[]): void {
  const latest = useRef(bindings);
  latest.current = bindings;
  useEffect(() => {
    const layer: Layer = { name, bindings: () => latest.current };
    layers.unshift(layer);
    return () => void layers.splice(layers.indexOf(layer), 1);
  }, [name]);
}

/** Everything that is bound now, for the list of keys. */
export function boundKeys(): readonly { readonly name: string; readonly bindings: readonly KeyBinding[] }[] {
  return layers
    .map(({ name, bindings }) => ({ name, bindings: bindings() }))
    .filter(({ bindings }) => bindings.length > 0);
}

// A chord's second key comes within this time, or the first was a key of its own.
const chordMs = 1_000;

export function startKeys(): void {
  let first = "";
  let firstAt = 0;
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.altKey || event.isComposing) return;
    const key = nameOf(event);
    if (key === null) return;
    const chord = first !== "" && event.timeStamp - firstAt < chordMs ? `${first} ${key}` : null;
    const found = (chord === null ? undefined : find(chord, event)) ?? find(key, event);
    first = found ? "" : key;
    firstAt = event.timeStamp;
    if (!found) return;
    event.preventDefault();
    found.run(event);
  });
}

function nameOf({ key, metaKey, ctrlKey, shiftKey }: KeyboardEvent): string | null {
  if (key === "Shift" || key === "Control" || key === "Meta") return null;
  const isLetter = key.length === 1 && key !== " ";
  const shift = shiftKey && !isLetter ? "shift+" : "";
  return `${metaKey || ctrlKey ? "mod+" : ""}${shift}${isLetter ? key : key}`;
}

function find(keys: string, event: KeyboardEvent): KeyBinding | undefined {
  const isTyping = isTypedInto(event.target);
  const isPlain = keys.split(" ").every((key) => key.length === 1);
  if (isPlain && !look.value.letterKeys) return undefined;
  // The button or link that has the focus is what Enter is for.
  if (keys === "Enter" && isIn("a, button, summary, [role=tab]", event.target)) return undefined;
  const isUnderDialog = document.querySelector("dialog[open]") !== null && !isIn("dialog", event.target);
  if (isUnderDialog) return undefined;
  for (const { bindings } of layers) {
    const found = bindings().find((binding) => binding.keys === keys && (!isTyping || binding.whileTyping === true));
    // Under a dialog only its own keys count; they are bound with `whileTyping`.
    if (found && (!isIn("dialog", event.target) || found.whileTyping === true)) return found;
  }
  return undefined;
}

function isTypedInto(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return (
    target.isContentEditable ||
    ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName) ||
    isIn("[role=menu], [popover]", target)
  );
}

function isIn(selector: string, target: EventTarget | null): boolean {
  return target instanceof Element && target.closest(selector) !== null;
}

/** `mod+k` as this machine writes it. */
export function keyLabel(keys: string): string {
  const isMac = navigator.platform.startsWith("Mac");
  const names: Readonly<Record<string, string>> = {
    "mod+": isMac ? "⌘" : "Ctrl ",
    "shift+": isMac ? "⇧" : "Shift ",
    ArrowUp: "↑",
    ArrowDown: "↓",
    ArrowLeft: "←",
    ArrowRight: "→",
    Enter: "⏎",
    Escape: "Esc",
  };
  const shown = Object.entries(names).reduce((text, [name, sign]) => text.replaceAll(name, sign), keys);
  // With another key a letter is written as on the keyboard; alone it is a small one.
  return keys.includes("+") ? shown.replace(/[a-z]$/, (letter) => letter.toUpperCase()) : shown;
}
