import type { MetricFamily } from "../../core/metric.ts";

/** Units of UCUM, as OpenTelemetry uses them, in the words of Prometheus. */
const unitWords: Readonly<Record<string, string>> = {
  d: "days",
  h: "hours",
  min: "minutes",
  s: "seconds",
  ms: "milliseconds",
  us: "microseconds",
  ns: "nanoseconds",
  By: "bytes",
  KiBy: "kibibytes",
  MiBy: "mebibytes",
  GiBy: "gibibytes",
  kBy: "kilobytes",
  MBy: "megabytes",
  GBy: "gigabytes",
  "%": "percent",
  Hz: "hertz",
  V: "volts",
  W: "watts",
  J: "joules",
  Cel: "celsius",
};

/**
 * The name that Prometheus gives a figure of OpenTelemetry: `claude_code.cost.usage` in USD, a counter, is
 * `claude_code_cost_usage_USD_total`.
 */
export function toPrometheusName({ name, type, unit }: Pick<MetricFamily, "name" | "type" | "unit">): {
  readonly name: string;
  readonly unit: string;
} {
  const word = toUnitWord(unit, type);
  const plain = plainName(name);
  const base = type === "counter" ? plain.replace(/_total$/, "") : plain;
  const withUnit = word === "" || base === word || base.endsWith(`_${word}`) ? base : `${base}_${word}`;
  return { name: type === "counter" ? `${withUnit}_total` : withUnit, unit: word };
}

function toUnitWord(unit: string, type: MetricFamily["type"]): string {
  // What stands in braces is a remark: {request}.
  const real = unit.replaceAll(/\{[^}]*\}/g, "").trim();
  if (real === "1") return type === "gauge" ? "ratio" : "";
  const [of = "", by] = real.split("/");
  const per = by === undefined ? [] : ["per", singular(by)];
  return plainName([unitWords[of] ?? of, ...per].filter(Boolean).join("_"));
}

function singular(unit: string): string {
  return (unitWords[unit] ?? unit).replace(/s$/, "");
}

function plainName(name: string): string {
  const plain = name
    .replaceAll(/[^a-zA-Z\d_:]+/g, "_")
    .replaceAll(/_{2,}/g, "_")
    .replaceAll(/^_+|_+$/g, "");
  return /^\d/.test(plain) ? `_${plain}` : plain;
}
