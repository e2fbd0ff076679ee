import { signal, type Signal } from "@preact/signals";

/** How this browser shows things; it stays in this browser. */
export interface Look {
  readonly theme: "system" | "light" | "dark";
  readonly density: "compact" | "comfortable";
  /** Keys that are a single letter can be in the way of other tools (WCAG 2.1.4). */
  readonly letterKeys: boolean;
  readonly utc: boolean;
  readonly narrowNav: boolean;
}

const storageKey = "tutti.look";
const usual: Look = { theme: "system", density: "compact", letterKeys: true, utc: false, narrowNav: false };

export const look: Signal<Look> = signal(read());

export function setLook(change: Partial<Look>): void {
  look.value = { ...look.value, ...change };
  localStorage.setItem(storageKey, JSON.stringify(look.value));
  apply();
}

export function apply(): void {
  const { theme, density } = look.value;
  const root = document.documentElement;
  if (theme === "system") delete root.dataset["theme"];
  else root.dataset["theme"] = theme;
  root.dataset["density"] = density;
}

function read(): Look {
  const text = localStorage.getItem(storageKey);
  if (text === null) return usual;
  try {
    return { ...usual, ...(JSON.parse(text) as Partial<Look>) };
  } catch {
    // Somebody has written something else there; the usual look is no loss.
    return usual;
  }
}
