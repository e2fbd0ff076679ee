type Labels = Readonly<Record<string, string>>;

export interface Named {
  readonly labels: Labels;
  /** The expression that it is of. */
  readonly expression: string;
}

const longestExpression = 48;

/** A name for each line: what tells it from the others, and nothing that all have. */
export function namesOf(series: readonly Named[]): readonly string[] {
  const keys = [...new Set(series.flatMap(({ labels }) => Object.keys(labels)))];
  const telling = keys.filter((key) => key === "__name__" || new Set(series.map(({ labels }) => labels[key])).size > 1);
  const shown = telling.length > 0 || keys.length !== 1 ? telling.filter((key) => key !== "__name__") : keys;
  const areSeveral = new Set(series.map(({ expression }) => expression)).size > 1;
  return unique(
    series.map(({ labels, expression }) => {
      const share = shareOf(expression);
      const before = share ?? (areSeveral ? cut(expression) : "");
      const text = labelText(labels, shown);
      return [before, text].filter(Boolean).join(" ") || "all";
    }),
  );
}

function labelText(labels: Labels, keys: readonly string[]): string {
  const own = keys.filter((key) => labels[key] !== undefined);
  if (keys.length === 1) return labels[keys[0] ?? ""] || "none";
  return own.map((key) => `${key} ${labels[key] || "none"}`).join(", ");
}

/** `p95` of what asks for it. */
function shareOf(expression: string): string | null {
  const [, share] = /^histogram_quantile\(\s*(0?\.\d+|[01])\s*,/.exec(expression) ?? [];
  return share === undefined ? null : `p${Number((Number(share) * 100).toPrecision(4))}`;
}

function cut(text: string): string {
  return text.length > longestExpression ? `${text.slice(0, longestExpression)}…` : text;
}

function unique(names: readonly string[]): readonly string[] {
  const seen = new Map<string, number>();
  return names.map((name) => {
    const before = seen.get(name) ?? 0;
    seen.set(name, before + 1);
    return before === 0 ? name : `${name} (${before + 1})`;
  });
}
