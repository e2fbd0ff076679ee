import type { Report } from "./section.ts";
import { judgeCorpus, type Verdict } from "../../test/corpus/corpus.ts";

export interface RepairFigures {
  readonly groups: readonly { readonly group: string; readonly right: number; readonly of: number }[];
  readonly repaired: { readonly right: number; readonly of: number };
  readonly wronglyAccepted: { readonly count: number; readonly of: number };
  /** Of one answer: finding calls, or reading JSON. */
  readonly meanMicroseconds: number;
  readonly notRepaired: readonly string[];
  readonly accepted: readonly string[];
}

const rounds = 20;

/** How many of the corpus's wrong answers are taken as they were meant, and how many that are none. */
export function measureRepair(): RepairFigures {
  const { repairable, refused } = judgeCorpus();
  const right = repairable.filter(({ isRight }) => isRight);
  const groups = Map.groupBy(repairable, ({ group }) => group);
  const began = performance.now();
  for (let round = 0; round < rounds; round++) judgeCorpus();
  const answers = rounds * (repairable.length + refused.length);
  return {
    groups: [...groups].map(([group, of]) => ({
      group,
      right: of.filter(({ isRight }) => isRight).length,
      of: of.length,
    })),
    repaired: { right: right.length, of: repairable.length },
    wronglyAccepted: { count: refused.filter(({ isRight }) => !isRight).length, of: refused.length },
    meanMicroseconds: Math.round(((performance.now() - began) * 1_000) / answers),
    notRepaired: wrongOf(repairable),
    accepted: wrongOf(refused),
  };
}

function wrongOf(verdicts: readonly Verdict[]): string[] {
  return verdicts.filter(({ isRight }) => !isRight).map(({ group, kind }) => `${group}: ${kind}`);
}

/** As a section of the bench. A wrong answer that is accepted is a defect, so it fails the command. */
export async function reportRepair(): Promise<Report> {
  const data = measureRepair();
  return { title: "Wrong answers of models", text: repairText(data), data, isBad: data.wronglyAccepted.count > 0 };
}

export function repairText(figures: RepairFigures): string {
  const { groups, repaired, wronglyAccepted, meanMicroseconds, notRepaired, accepted } = figures;
  const lines = [...groups, { group: "all", ...repaired }].map(
    ({ group, right, of }) =>
      `  ${group.padEnd(16)} ${String(right).padStart(4)} of ${String(of).padStart(4)}  ${percent(right, of)}`,
  );
  return [
    "Wrong answers taken as they were meant",
    ...lines,
    `Wrongly accepted: ${wronglyAccepted.count} of ${wronglyAccepted.of}`,
    `${meanMicroseconds} µs an answer`,
    ...(notRepaired.length > 0
      ? ["Not repaired (an agent asks its model again):", ...notRepaired.map((one) => `  ${one}`)]
      : []),
    ...(accepted.length > 0 ? ["Wrongly accepted:", ...accepted.map((one) => `  ${one}`)] : []),
  ].join("\n");
}

function percent(part: number, whole: number): string {
  return `${((100 * part) / whole).toFixed(1)} %`;
}
