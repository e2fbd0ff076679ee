import type { Colors } from "../terminal-text.ts";

interface Message {
  readonly turn: number;
  readonly role: string;
  readonly content: string;
  readonly toolName?: string;
  readonly toolCalls?: readonly { readonly name: string; readonly arguments: unknown; readonly problem?: string }[];
  readonly thinking?: string;
  readonly repairs?: readonly { readonly kind: string; readonly detail: string }[];
}

interface Context {
  readonly step: string;
  readonly turn: number;
  readonly model: string | null;
  readonly options: unknown;
  readonly tools: readonly { readonly name: string; readonly description: string }[];
  readonly format: unknown;
  readonly isGrammar: boolean | null;
  readonly compacted: { readonly messages: number; readonly tokens: number } | null;
  readonly messages: readonly Message[];
  readonly answer: Message | null;
}

/** What a model was given for one answer, as a conversation to be read from top to bottom. */
export function presentContext(context: Context, { bold, dim }: Colors): string {
  const { step, turn, model, options, tools, format, isGrammar, compacted, messages, answer } = context;
  const given = [
    `${bold(step)}  ${dim(`turn ${turn}`)}`,
    `model    ${model ?? "the default"}${options === null ? "" : `  ${dim(JSON.stringify(options))}`}`,
    ...(tools.length > 0 ? [`tools    ${tools.map(({ name }) => name).join(", ")}`] : []),
    ...(format === null ? [] : [`schema   ${JSON.stringify(format)}${dim(bindingWords(isGrammar))}`]),
    ...(compacted === null ? [] : [`left out ${compacted.messages} old messages, about ${compacted.tokens} tokens`]),
  ];
  const said = messages.map((message) => presentMessage(message, { bold, dim }));
  const answered = answer ? presentMessage(answer, { bold, dim }, "answer") : dim("There was no answer.");
  return [given.join("\n"), ...said, answered].join("\n\n");
}

function bindingWords(isGrammar: boolean | null): string {
  if (isGrammar === null) return "";
  return isGrammar ? "  in words and as the grammar" : "  in words alone";
}

function presentMessage(message: Message, { bold, dim }: Pick<Colors, "bold" | "dim">, title?: string): string {
  const { turn, role, toolName, content, thinking, toolCalls = [], repairs = [] } = message;
  const head = `${bold(title ?? (toolName === undefined ? role : `${role} ${toolName}`))}  ${dim(`turn ${turn}`)}`;
  return [
    head,
    ...(thinking === undefined ? [] : [dim(indent(thinking))]),
    ...(content === "" ? [] : [indent(content)]),
    ...toolCalls.map(({ name, arguments: values, problem }) =>
      indent(`→ ${name}(${JSON.stringify(values)})${problem === undefined ? "" : `\n  not made: ${problem}`}`),
    ),
    ...repairs.map(({ kind, detail }) => dim(indent(`repaired: ${kind.replaceAll("_", " ")}: ${detail}`))),
  ].join("\n");
}

function indent(text: string): string {
  return text.replaceAll(/^(?=.)/gm, "  ");
}
