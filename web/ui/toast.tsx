import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { Glyph } from "./glyph.tsx";

interface Toast {
  readonly id: number;
  readonly text: string;
  readonly tone: "done" | "fail";
  readonly action: { readonly label: string; run(): void } | undefined;
}

const toasts = signal<readonly Toast[]>([]);
let lastId = 0;
// Long enough to read a line and to press Undo; a failure stays until it is closed.
const shownMs = 6_000;

export interface ToastOptions {
  readonly tone?: "done" | "fail";
  readonly action?: { readonly label: string; run(): void };
}

/** Says in a corner what has been done. */
export function toast(text: string, { tone = "done", action }: ToastOptions = {}): void {
  const id = ++lastId;
  toasts.value = [...toasts.value.slice(-3), { id, text, tone, action }];
  if (tone === "done") setTimeout(() => close(id), shownMs);
}

function close(id: number): void {
  toasts.value = toasts.value.filter((entry) => entry.id !== id);
}

export function Toasts(): JSX.Element {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.value.map(({ id, text, tone, action }) => (
        <div class="toast" key={id}>
          <Glyph status={tone === "done" ? "ok" : "fail"} />
          <span>{text}</span>
          {action ? (
            <button
              type="button"
              class="btn short push"
              onClick={() => {
                close(id);
                action.run();
              }}
            >
              {action.label}
            </button>
          ) : null}
          <button type="button" class="btn short quiet" onClick={() => close(id)}>
            Close
          </button>
        </div>
      ))}
    </div>
  );
}
