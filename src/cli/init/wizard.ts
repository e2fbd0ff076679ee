import type { Output } from "../output.ts";
import type { Questions } from "./question.ts";

/** What can be chosen about a new project. */
export interface Choices {
  readonly withFlow: boolean;
  readonly model: string | undefined;
}

/** What is chosen where nobody is asked. */
export const defaultChoices: Choices = { withFlow: true, model: undefined };

export interface Surveyed {
  readonly node: string;
  /** The chat models of the server; null where none answers. */
  readonly models: readonly string[] | null;
  readonly hasFlow: boolean;
  readonly hasConfig: boolean;
}

/** Says what is there and asks what that leaves open, two questions at the most. Null: the person has left. */
export async function askChoices(surveyed: Surveyed, questions: Questions, output: Output): Promise<Choices | null> {
  output.say(`Node ${surveyed.node}, ${modelsInWords(surveyed.models)}. Enter takes the default.`);
  const withFlow = surveyed.hasFlow ? true : await askYesNo("Write a first flow, flows/hello.ts? [Y/n]", questions);
  if (withFlow === null) return null;
  const models = surveyed.hasConfig ? [] : (surveyed.models ?? []);
  if (models.length < 2) return { withFlow, model: undefined };
  const model = await askModel(models, { questions, output });
  return model === null ? null : { withFlow, model: model || undefined };
}

function modelsInWords(models: readonly string[] | null): string {
  if (models === null) return "no model server answers (optional steps are skipped; to start one: ollama serve)";
  if (models.length === 0) return "a model server without chat models (to get one: ollama pull llama3.2)";
  return models.length === 1 ? `the model ${models[0]}` : `${models.length} chat models`;
}

async function askYesNo(question: string, questions: Questions): Promise<boolean | null> {
  for (;;) {
    const answer = await questions.ask(question);
    if (answer === null) return null;
    if (/^(y|yes)?$/i.test(answer)) return true;
    if (/^(n|no)$/i.test(answer)) return false;
  }
}

/** Empty: no model is set, so steps get the first one of the server. */
async function askModel(
  models: readonly string[],
  { questions, output }: { questions: Questions; output: Output },
): Promise<string | null> {
  output.say(models.map((model, index) => `  ${index + 1}  ${model}`).join("\n"));
  for (;;) {
    const answer = await questions.ask(
      `Which model shall steps get that name none? [the server's first: ${models[0]}]`,
    );
    if (answer === null || answer === "") return answer;
    const chosen = models[Number(answer) - 1] ?? models.find((model) => model === answer);
    if (chosen !== undefined) return `ollama/${chosen}`;
    output.say(`Type a number from 1 to ${models.length}, or only Enter.`);
  }
}
