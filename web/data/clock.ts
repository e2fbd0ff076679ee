import { signal } from "@preact/signals";

/** The time that the screen shows, moved once a second while somebody looks. */
export const now = signal(Date.now());

/** The zone of this place; its name is known a moment after the first paint, as browsers take long to find it. */
export const zoneName = signal("local time");

export function findZone(): void {
  zoneName.value = new Intl.DateTimeFormat().resolvedOptions().timeZone ?? zoneName.value;
}

export function startClock(): void {
  setInterval(() => {
    if (document.visibilityState === "visible") now.value = Date.now();
  }, 1_000);
  document.addEventListener("visibilitychange", () => {
    now.value = Date.now();
  });
}
