export type ExpositionFormat = "prometheus" | "openmetrics";

export const contentTypes: Readonly<Record<ExpositionFormat, string>> = {
  prometheus: "text/plain; version=0.0.4; charset=utf-8",
  openmetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8",
};

/** What the scraper likes best of what there is; what every scraper reads where it names none of it. */
export function chooseFormat(accept: string | undefined): ExpositionFormat {
  const wishes = (accept ?? "").split(",").flatMap(toWish);
  const [best] = wishes.toSorted((left, right) => right.weight - left.weight);
  return best?.format ?? "prometheus";
}

interface Wish {
  readonly format: ExpositionFormat;
  readonly weight: number;
}

function toWish(range: string): Wish[] {
  const [type = "", ...parameters] = range.split(";").map((part) => part.trim().toLowerCase());
  const values = new Map(parameters.map((parameter) => pairOf(parameter)));
  const format = formatOf(type, values.get("version"));
  const weight = Number(values.get("q") ?? 1);
  return format === null || !(weight > 0) ? [] : [{ format, weight }];
}

function formatOf(type: string, version: string | undefined): ExpositionFormat | null {
  if (type === "application/openmetrics-text") {
    return version === undefined || version === "1.0.0" ? "openmetrics" : null;
  }
  if (type === "text/plain") return version === undefined || version === "0.0.4" ? "prometheus" : null;
  return type === "*/*" || type === "text/*" ? "prometheus" : null;
}

function pairOf(parameter: string): [string, string] {
  const [name = "", value = ""] = parameter.split("=");
  return [name.trim(), value.trim().replaceAll('"', "")];
}
