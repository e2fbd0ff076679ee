import { spreadOf, type Figure, type Measure, type Spread } from "./figure.ts";

const columns = [
  ["tutti", "Tutti"],
  ["openworkflow", "openworkflow"],
  ["openworkflow-helped", "openworkflow helped"],
  ["mastra", "Mastra + LibSQL"],
] as const;

/** One table of all figures, median (least–most); what is special about a cell stands below it by number. */
export function tableOf(figures: readonly Figure[]): string {
  const notes = new Notes();
  const shown = columns.filter(([name]) => figures.some(({ contender }) => contender === name));
  const measures = [...new Map(figures.map(({ measure }) => [measure.name, measure])).values()];
  const rows = measures.map((measure) => {
    const find = (name: string): Figure | undefined =>
      figures.find((figure) => figure.measure.name === measure.name && figure.contender === name);
    return [measure.name, measure.unit, ...shown.map(([name]) => cell(find(name), notes)), ratio(measure, find)];
  });
  const header = ["", "", ...shown.map(([, label]) => label), "Tutti : Mastra"];
  return [...markdown([header, ...rows]), "", ...notes.lines].join("\n");
}

class Notes {
  readonly #texts: string[] = [];

  get lines(): string[] {
    return this.#texts.map((text, index) => `[${index + 1}] ${text}`);
  }

  mark(text: string): string {
    const known = this.#texts.indexOf(text);
    return `[${known < 0 ? this.#texts.push(text) : known + 1}]`;
  }
}

function cell(figure: Figure | undefined, notes: Notes): string {
  if (figure === undefined) return "–";
  const marks = [figure.leftOut, figure.note].flatMap((text) => (text === undefined ? [] : [notes.mark(text)]));
  const spread = spreadOf(figure.values);
  const value = spread === null ? [] : [spreadText(spread, figure.values.length)];
  const rounds = figure.values.length + figure.failures.length;
  const failed = figure.failures.map((reason) => notes.mark(reason));
  if (failed.length > 0) value.push(`FAILED ${failed.length} of ${rounds} ${[...new Set(failed)].join("")}`);
  if (value.length === 0) value.push("left out");
  return [...value, ...marks].join(" ");
}

function spreadText({ median, min, max }: Spread, count: number): string {
  return count === 1 ? rounded(median) : `${rounded(median)} (${rounded(min)}–${rounded(max)})`;
}

/** How many times better the first is than the second, by medians. */
function ratio(measure: Measure, find: (name: string) => Figure | undefined): string {
  const ours = spreadOf(find("tutti")?.values ?? [])?.median;
  const theirs = spreadOf(find("mastra")?.values ?? [])?.median;
  if (ours === undefined || theirs === undefined) return "";
  return `${(measure.better === "more" ? ours / theirs : theirs / ours).toFixed(1)} x`;
}

function rounded(value: number): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** Reads well as it is, and is a table where Markdown is shown. */
function markdown(rows: readonly (readonly string[])[]): string[] {
  const [header = []] = rows;
  const widths = header.map((_, index) => Math.max(...rows.map((row) => row[index]?.length ?? 0), 3));
  const line = (row: readonly string[]): string =>
    `| ${row.map((text, index) => (index === 0 ? text.padEnd(widths[index] ?? 0) : text.padStart(widths[index] ?? 0))).join(" | ")} |`;
  const rule = `|${widths.map((width, index) => (index === 0 ? `:${"-".repeat(width + 1)}` : `${"-".repeat(width + 1)}:`)).join("|")}|`;
  return [line(header), rule, ...rows.slice(1).map(line)];
}
