import { after, before, describe } from "node:test";
import type { Database } from "../../src/storage/database.ts";
import { agentTests } from "./work-verbs-agent.ts";
import { agentResumeTests } from "./work-verbs-agent-resume.ts";
import { approvalTests } from "./work-verbs-approval.ts";
import { openWorkEngine, type OpenWork } from "./work-verbs-case.ts";
import { conductTests } from "./work-verbs-conduct.ts";
import { limitTests } from "./work-verbs-limit.ts";
import { modelTests } from "./work-verbs-model.ts";
import { patternTests } from "./pattern.ts";
import { overflowTests } from "./work-verbs-overflow.ts";
import { outputTests } from "./work-verbs-output.ts";
import { reviewTests } from "./work-verbs-review.ts";
import { shellEndTests } from "./work-verbs-shell-end.ts";
import { shellTests } from "./work-verbs-shell.ts";
import { toolTests } from "./work-verbs-tool.ts";
import { yamlFlowTests } from "./yaml-flow.ts";

const groups: Readonly<Record<string, (open: OpenWork) => void>> = {
  "step.shell": shellTests,
  "the end of a step.shell": shellEndTests,
  "step.model": modelTests,
  "a prompt that does not fit": overflowTests,
  "step.tool": toolTests,
  "step.agent": agentTests,
  "an agent's conduct": conductTests,
  "an agent's limits": limitTests,
  "answers by a schema": outputTests,
  "an agent's crash": agentResumeTests,
  "step.review": reviewTests,
  "an approval": approvalTests,
  "a YAML flow": yamlFlowTests,
  "a pattern": patternTests,
};

/** What the verbs that work outside of the journal promise, sentence by sentence, on any database. */
export function workVerbsContract(
  name: string,
  openDatabase: () => Promise<Database>,
  { skip = false }: { skip?: string | false } = {},
): void {
  for (const [verb, tests] of Object.entries(groups)) {
    describe(`${verb} on ${name}`, { skip, timeout: 60_000 }, () => {
      // One database for a group: making the tables anew for each test is most of the time on Postgres.
      let database: Database | undefined;
      before(async () => {
        database = await openDatabase();
      });
      after(async () => database?.[Symbol.asyncDispose]());
      tests(async (options) => {
        if (!database) throw new Error("the database is not open yet");
        return openWorkEngine({ ...database, [Symbol.asyncDispose]: async () => undefined }, options);
      });
    });
  }
}
