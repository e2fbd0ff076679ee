import type { Tables } from "./tables.ts";

export function seriesNames({ sqlite }: Tables): { name: string; labels: string[] }[] {
  const rows = sqlite.all<{ name: string; labels: string }>("select name, labels from series order by name");
  return [...Map.groupBy(rows, ({ name }) => name)].map(([name, own]) => ({
    name,
    labels: [...new Set(own.flatMap(({ labels }) => Object.keys(toLabels(labels))))].toSorted(),
  }));
}

export function labelValues({ sqlite }: Tables, name: string, label: string): string[] {
  const rows = sqlite.all<{ labels: string }>("select labels from series where name = ?", name);
  return [...new Set(rows.flatMap(({ labels }) => toLabels(labels)[label] ?? []))].toSorted();
}

function toLabels(text: string): Readonly<Record<string, string>> {
  return JSON.parse(text) as Readonly<Record<string, string>>;
}
