import { parseArgs } from "node:util";
import { UsageError } from "./engine.ts";
import { measureRepair, repairText } from "./models/repair.ts";

/** What is measured of the models room; each section gives its figures and how they look. */
const sections: Readonly<
  Record<string, () => { readonly figures: object; readonly text: string; readonly isGood: boolean }>
> = {
  repair() {
    const figures = measureRepair();
    return { figures, text: repairText(figures), isGood: figures.wronglyAccepted.count === 0 };
  },
};

/** Measures the models room. 1 where a section says that what it measured must not be. */
export async function runModelsBench(words: readonly string[]): Promise<number> {
  const { only, isJson } = parseOptions(words);
  const measured = Object.entries(sections)
    .filter(([name]) => only.length === 0 || only.includes(name))
    .map(([name, measure]) => ({ name, ...measure() }));
  const figures = Object.fromEntries(measured.map((one) => [one.name, one.figures]));
  const text = measured.map((one) => one.text).join("\n\n");
  process.stdout.write(isJson ? `${JSON.stringify(figures, null, 2)}\n` : `${text}\n`);
  return measured.every(({ isGood }) => isGood) ? 0 : 1;
}

function parseOptions(words: readonly string[]): { only: readonly string[]; isJson: boolean } {
  try {
    const options = { only: { type: "string", multiple: true }, json: { type: "boolean", default: false } } as const;
    const { values } = parseArgs({ args: [...words], options });
    const unknown = (values.only ?? []).find((name) => !Object.hasOwn(sections, name));
    if (unknown !== undefined) throw new UsageError(`--only ${unknown}: there are ${Object.keys(sections).join(", ")}`);
    return { only: values.only ?? [], isJson: values.json };
  } catch (error) {
    throw error instanceof UsageError ? error : new UsageError(error instanceof Error ? error.message : String(error));
  }
}
