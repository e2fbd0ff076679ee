/** A stretch of text between marks that models put their calls in, and no others. */
export interface Marked {
  readonly start: number;
  readonly end: number;
  readonly body: string;
  /** For people: `<tool_call>`. */
  readonly mark: string;
}

interface Mark {
  readonly mark: string;
  readonly pattern: RegExp;
}

// The first group is the body. What is not closed runs to the end: models forget the closing tag, and servers eat it.
const marks: readonly Mark[] = [
  { mark: "<tool_call>", pattern: /<(tool_?calls?|function_?calls?|tools?|action)>([\s\S]*?)(?:<\/\1>|(?=<\1>)|$)/gi },
  { mark: "[tool_call]", pattern: /\[(tool_calls?|tool)\](?=\s*[{[\w])([\s\S]*?)(?:\[\/\1\]|(?=\[\1\])|$)/g },
  {
    mark: "<|tool_call|>",
    pattern: /<\|?(tool_call)(?:_start)?\|?>(?<=\|>|<\|tool_call>)([\s\S]*?)(?:<\|?\/?tool_call(?:_end)?\|?>|$)/g,
  },
  { mark: "<start_function_call>", pattern: /<start_(function_call)>([\s\S]*?)(?:<end_function_call>|$)/g },
  { mark: "<function=…>", pattern: /()(<function(?:=|\s+name=|\()[\s\S]*?(?:<\/function>|$))/g },
  { mark: "<invoke>", pattern: /()(<invoke\s+name=[\s\S]*?(?:<\/invoke>|$))/g },
  { mark: "[TOOL_CALLS]", pattern: /\[(TOOL_CALLS)\]\s*([\s\S]*?)(?:\[\/TOOL_CALLS\]|(?=\[TOOL_CALLS\])|$)/g },
  { mark: "<|python_tag|>", pattern: /<\|(python_tag)\|>([\s\S]*?)(?:<\|eom_id\|>|<\|eot_id\|>|$)/g },
  { mark: "functools[…]", pattern: /^[ \t]*(functools)\s*(\[[\s\S]*\])\s*$/gm },
  {
    mark: "<｜tool▁call▁begin｜>",
    pattern: /<｜(tool▁call)▁begin｜>(?:function<｜tool▁sep｜>)?([\s\S]*?)(?:<｜tool▁call▁end｜>|$)/g,
  },
  { mark: "<|tool_call_begin|>", pattern: /<\|(tool_call)_begin\|>([\s\S]*?)(?:<\|tool_call_end\|>|$)/g },
];

const react = /^[ \t]*Action:[ \t]*([\w.-]+)[ \t]*\n+[ \t]*Action Input:[ \t]*([\s\S]*?)(?=\n[ \t]*Observation:|$)/gim;
const harmony =
  /(?:<\|channel\|>\s*)?(?:commentary\s+|analysis\s+)?to=(?:functions\.)?([\w-]+)[^{]{0,200}?<\|message\|>([\s\S]*?)(?:<\|call\|>|<\|end\|>|$)/g;

// What stands around several calls, and what servers forget to take off the end of an answer.
const wrappers =
  /<\/?(?:minimax:)?(?:function_calls|tool_calls|tool_call|tools|action)>|<[|｜](?:tool_calls_section_begin|tool_calls_section_end|tool▁calls▁begin|tool▁calls▁end|im_end|im_start|eot_id|eom_id|endoftext|end|start|channel|call|tool_calls)[|｜]>|<\/s>|<end_of_turn>/g;

/** Every marked stretch, in the order of the text; those of one kind only, of the first kind that there is. */
export function findMarked(text: string): readonly Marked[] {
  for (const { mark, pattern } of marks) {
    const found = [...text.matchAll(pattern)].map((match) => toMarked(match, mark, match[2] ?? ""));
    if (found.length > 0) return found;
  }
  for (const [mark, pattern] of [
    ["Action:", react],
    ["to=functions", harmony],
  ] as const) {
    // The name and its arguments stand apart: as one body they read like `name{…}`.
    const found = [...text.matchAll(pattern)].map((match) =>
      toMarked(match, mark, `${match[1]} ${inBraces(match[2])}`),
    );
    if (found.length > 0) return found;
  }
  return [];
}

function toMarked(match: RegExpMatchArray, mark: string, body: string): Marked {
  const start = match.index ?? 0;
  return { start, end: start + match[0].length, body: withoutWrappers(body), mark };
}

function inBraces(text = ""): string {
  const body = text.trim();
  return body === "" ? "{}" : body;
}

export function withoutWrappers(text: string): string {
  return text.replaceAll(wrappers, "");
}
