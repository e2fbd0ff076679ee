export interface Setting {
  readonly key: string;
  readonly value: unknown;
  readonly source: string;
  readonly environment: string;
  readonly description: string;
}

/** The settings that a text is about, by their section (what stands before the first dot). */
export function sectionsOf(
  settings: readonly Setting[],
  text: string,
): readonly { readonly section: string; readonly settings: readonly Setting[] }[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const found = settings.filter(({ key, description }) =>
    words.every((word) => `${key} ${description}`.toLowerCase().includes(word)),
  );
  return [...Map.groupBy(found, ({ key }) => key.split(".")[0] ?? key)].map(([section, own]) => ({
    section,
    settings: own,
  }));
}

export function settingText(value: unknown): string {
  if (value === undefined || value === null) return "not set";
  return typeof value === "string" ? value : JSON.stringify(value);
}
