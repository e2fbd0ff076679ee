import type { Output } from "../../data/call.ts";

/** Something that is counted, as the daemon lists it. */
export type Family = Output<"metric.list">[number];

export type FamilyType = "counter" | "gauge" | "histogram";

/** Of figures that another program has told only the name is known. */
export function typeOf({ name, type }: Pick<Family, "name" | "type">): FamilyType {
  return type ?? (name.endsWith("_total") ? "counter" : "gauge");
}

/** `tutti_run_duration_seconds` is `run duration`: the unit stands at the values. */
export function shortName(name: string): string {
  const short = name
    .replace(/^(tutti|gen_ai_client|gen_ai)_/, "")
    .replace(/_total$/, "")
    .replace(/(?<=.)_(seconds|bytes|ratio)$/, "");
  return short.replaceAll("_", " ");
}

// By the first word of a name; what is not here is a group by its own word.
const groupNames: Readonly<Record<string, string>> = {
  run: "Runs",
  runs: "Runs",
  queue: "Queue",
  step: "Steps",
  steps: "Steps",
  model: "Models",
  gen: "Models",
  budget: "Budgets",
  review: "Reviews",
  reviews: "Reviews",
  alerts: "Alerts",
  notices: "Alerts",
  events: "Events",
  storage: "Storage",
  telemetry: "Telemetry",
  metric: "Telemetry",
  otlp: "Telemetry",
  build: "Process",
  process: "Process",
  nodejs: "Process",
  claude: "Claude Code",
};

const order = [...new Set(Object.values(groupNames))].filter((name) => name !== "Process" && name !== "Claude Code");

export function groupOf(name: string): string {
  const [word = ""] = name.replace(/^tutti_/, "").split("_");
  return groupNames[word] ?? `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`;
}

export interface FamilyGroup {
  readonly name: string;
  readonly families: readonly Family[];
}

/** Runs and what they need first, then what other programs have sent, the process itself last. */
export function groupsOf(families: readonly Family[], search = ""): readonly FamilyGroup[] {
  const words = search
    .toLowerCase()
    .split(/[\s_]+/)
    .filter(Boolean);
  const fits = ({ name, help, labels }: Family): boolean => {
    const text = [name, shortName(name), help, ...labels].join(" ").toLowerCase();
    return words.every((word) => text.includes(word));
  };
  const groups = Map.groupBy(families.filter(fits), ({ name }) => groupOf(name));
  return [...groups]
    .map(([name, own]) => ({ name, families: own.toSorted((a, b) => (a.name < b.name ? -1 : 1)) }))
    .toSorted((a, b) => rankOf(a.name) - rankOf(b.name) || (a.name < b.name ? -1 : 1));
}

function rankOf(group: string): number {
  if (group === "Process") return order.length + 1;
  const at = order.indexOf(group);
  return at < 0 ? order.length : at;
}
