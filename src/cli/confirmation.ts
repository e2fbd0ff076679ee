import { TuttiError } from "../core/error.ts";
import type { AnyOperation } from "../core/operation.ts";
import type { Invocation } from "./invocation.ts";

/**
 * Whether an operation that cannot be undone may be done. `--yes` says so, else a person is asked; where nobody can be, the
 * operation is refused, since a script that forgot the flag must not delete anything.
 */
export async function isConfirmed(
  { cli }: AnyOperation,
  input: Readonly<Record<string, unknown>>,
  { isSure, answers, interrupt: signals, output }: Invocation,
): Promise<boolean> {
  if (cli.confirms === undefined || isSure) return true;
  if (cli.confirmsUnless !== undefined && input[cli.confirmsUnless] === true) return true;
  const question = cli.confirms.replaceAll(/\{(\w+)\}/g, (_all, key: string) => String(input[key]));
  if (answers === null) {
    throw new TuttiError("usage.invalid", `this needs a yes: ${question}`, {
      hint: "Nobody can be asked here: add --yes to the command.",
    });
  }
  const { createQuestions } = await import("./init/question.ts");
  using interrupt = signals.hold();
  using questions = createQuestions(answers, { output, interrupt });
  const answer = await questions.ask(`${question} [y/N]`);
  const isYes = answer !== null && /^(y|yes)$/i.test(answer);
  if (!isYes) output.say("Nothing was done.");
  return isYes;
}
