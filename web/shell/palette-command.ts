import { tutti } from "../data/api.ts";
import { look, setLook } from "../data/setting.ts";
import { allPages } from "../pages.ts";

export interface PaletteCommand {
  readonly id: string;
  readonly name: string;
  readonly kind: "page" | "flow" | "run" | "action" | "setting";
  run(navigate: (to: string) => void): void;
}

export type PaletteSearch = (
  text: string,
  signal: AbortSignal,
  show: (commands: readonly PaletteCommand[]) => void,
) => Promise<void>;

// More would have to be scrolled through, and a letter more is quicker.
const mostShown = 12;

/** A search over what can be gone to or done; the flows are asked for once while the palette is open. */
export function commandsFor(): PaletteSearch {
  const flows = tutti.flow.list({}).then(
    (list) => list.map(({ name }) => goTo("flow", name, `/flows/${encodeURIComponent(name)}`)),
    // Pages and actions are found all the same; the flows' own page says what is wrong.
    () => [],
  );
  return async (text, signal, show) => {
    const near = rank([...own(), ...(await flows)], text);
    show(near);
    if (text.trim().length < 3) return;
    const runs = await findRuns(text.trim(), signal).catch(() => []);
    if (runs.length > 0) show([...runs, ...near].slice(0, mostShown));
  };
}

function own(): PaletteCommand[] {
  const { theme, density, utc } = look.value;
  const dark = theme === "dark" || (theme === "system" && matchMedia("(prefers-color-scheme: dark)").matches);
  return [
    ...allPages.map(({ name, path }) => goTo("page", name, path)),
    setting(dark ? "Light theme" : "Dark theme", () => setLook({ theme: dark ? "light" : "dark" })),
    setting("Theme as the system has it", () => setLook({ theme: "system" })),
    setting(density === "compact" ? "Comfortable rows" : "Compact rows", () =>
      setLook({ density: density === "compact" ? "comfortable" : "compact" }),
    ),
    setting(utc ? "Times of this place" : "Times in UTC", () => setLook({ utc: !utc })),
    goTo("action", "Failed runs of the last 24 h", "/runs?q=status%3Afailed+since%3A24h"),
  ];
}

async function findRuns(text: string, signal: AbortSignal): Promise<PaletteCommand[]> {
  const found = await tutti.run.list({ query: `id:${JSON.stringify(text)}`, limit: 5 }, { signal });
  return found.map(({ id, flow, status }) => goTo("run", `${flow}, ${status}, ${id}`, `/runs/${id}`));
}

/** Words in any order, each the beginning of a word before one inside of it. */
function rank(commands: readonly PaletteCommand[], text: string): PaletteCommand[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const score = ({ name }: PaletteCommand): number => {
    const lower = name.toLowerCase();
    const scores = words.map((word) =>
      lower.startsWith(word) ? 3 : lower.includes(` ${word}`) ? 2 : lower.includes(word) ? 1 : -100,
    );
    return scores.reduce((sum, value) => sum + value, 0);
  };
  return commands
    .filter((command) => score(command) >= 0)
    .toSorted((a, b) => score(b) - score(a))
    .slice(0, mostShown);
}

function goTo(kind: PaletteCommand["kind"], name: string, to: string): PaletteCommand {
  return { id: `${kind}:${name}`, name, kind, run: (navigate) => navigate(to) };
}

function setting(name: string, run: () => void): PaletteCommand {
  return { id: `setting:${name}`, name, kind: "setting", run };
}
