import { table, type TableLook } from "./table.ts";

interface ShownExplanation {
  readonly key: string;
  readonly description: string;
  readonly type: string;
  readonly environment: string;
  readonly layers: readonly { layer: string; value: unknown; source: string; wins: boolean }[];
}

/** A setting: what it is, what every layer says about it, and which one wins. */
export function presentExplanation(
  { key, description, type, environment, layers }: ShownExplanation,
  look: TableLook,
): string {
  const { bold, dim } = look.color;
  const rows = layers.map(({ layer, value, source, wins }) => [wins ? "▸" : "", layer, inWords(value), source]);
  return [
    `${bold(key)}  ${dim(`${type}, ${environment}`)}`,
    description,
    "",
    table(["", "layer", "value", "from"], rows, look),
  ].join("\n");
}

function inWords(value: unknown): string {
  if (value === null || value === undefined) return "–";
  return typeof value === "string" ? value : JSON.stringify(value);
}
