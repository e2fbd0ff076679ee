import { describe } from "node:test";
import type { Database } from "../../src/storage/database.ts";
import { budgetTests } from "./cost-budget.ts";
import { openCostEngine, type OpenCost } from "./cost-case.ts";
import { choiceTests } from "./cost-choice.ts";
import { ledgerTests } from "./cost-ledger.ts";
import { limitTests } from "./cost-limit.ts";
import { kindTests } from "./cost-kind.ts";
import { pauseTests } from "./cost-pause.ts";
import { pruneTests } from "./cost-prune.ts";
import { settlementTests } from "./cost-settlement.ts";
import { sharedQuestionTests } from "./cost-shared.ts";

const groups: Readonly<Record<string, (open: OpenCost) => void>> = {
  "the ledger": ledgerTests,
  "a budget": budgetTests,
  "a budget's hard mark": limitTests,
  "a question at the limit": sharedQuestionTests,
  "a run that a budget has paused": pauseTests,
  "the pruning of calls": pruneTests,
  "the ledger of other calls": kindTests,
  "a settlement": settlementTests,
  "model: auto": choiceTests,
};

/** What the cost room promises, sentence by sentence, on any database. */
export function costContract(
  name: string,
  openDatabase: () => Promise<Database>,
  { skip = false }: { skip?: string | false } = {},
): void {
  for (const [what, tests] of Object.entries(groups)) {
    describe(`${what} on ${name}`, { skip, timeout: 60_000 }, () => {
      tests(async (options) => openCostEngine(await openDatabase(), options));
    });
  }
}
