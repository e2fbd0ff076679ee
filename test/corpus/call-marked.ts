import { weather, type CallCase } from "./case.ts";

const paris = [weather()];
const json = '{"name": "get_weather", "arguments": {"city": "Paris"}}';
const rome = '{"name": "get_weather", "arguments": {"city": "Rome"}}';

/** Calls that came between the marks of some model's template, which the server did not take for calls. */
export const markedCalls: readonly CallCase[] = [
  { kind: "<tool_call>", text: `<tool_call>\n${json}\n</tool_call>`, calls: paris },
  { kind: "<tool_call> without its end", text: `<tool_call>\n${json}`, calls: paris },
  { kind: "<tool_call>, words before", text: `I'll look it up.\n<tool_call>\n${json}\n</tool_call>`, calls: paris },
  {
    kind: "<tool_call>, words after",
    text: `<tool_call>\n${json}\n</tool_call>\nThe weather will be shown here.`,
    calls: paris,
  },
  {
    kind: "<tool_call> twice",
    text: `<tool_call>\n${json}\n</tool_call>\n<tool_call>\n${rome}\n</tool_call>`,
    calls: [weather(), weather("Rome")],
  },
  {
    kind: "<tool_call> twice, opened and not closed",
    text: `<tool_call>\n${json}\n<tool_call>\n${rome}`,
    calls: [weather(), weather("Rome")],
  },
  {
    kind: "<tool_call> with two objects",
    text: `<tool_call>\n${json}\n${rome}\n</tool_call>`,
    calls: [weather(), weather("Rome")],
  },
  { kind: "<tool_call> with a list", text: `<tool_call>[${json}]</tool_call>`, calls: paris },
  { kind: "<tool_call> with a brace too many", text: `<tool_call>\n${json}}\n</tool_call>`, calls: paris },
  {
    kind: "<tool_call> with single quotes",
    text: "<tool_call>{'name': 'get_weather', 'arguments': {'city': 'Paris'}}</tool_call>",
    calls: paris,
  },
  { kind: "<tool_call> in a fence", text: `\`\`\`xml\n<tool_call>\n${json}\n</tool_call>\n\`\`\``, calls: paris },
  {
    kind: "<tool_call> after thinking",
    text: `<think>\nHm.\n</think>\n\n<tool_call>\n${json}\n</tool_call>`,
    calls: paris,
  },
  {
    kind: "<tool_call> with a name alone",
    text: '<tool_call>{"name": "list_files"}</tool_call>',
    calls: [{ name: "list_files", arguments: {} }],
  },
  { kind: "<tool_call> with a Python call", text: '<tool_call>get_weather(city="Paris")</tool_call>', calls: paris },
  { kind: "<tools> of qwen2.5-coder", text: `<tools>\n${json}\n</tools>`, calls: paris },
  { kind: "<function_call>", text: `<function_call>${json}</function_call>`, calls: paris },
  { kind: "[tool_call]", text: `[tool_call]${json}[/tool_call]`, calls: paris },
  { kind: "<|tool_call|> of granite", text: `<|tool_call|>[${json}]`, calls: paris },
  {
    kind: "<|tool_call_start|> of lfm2",
    text: '<|tool_call_start|>[get_weather(city="Paris")]<|tool_call_end|>',
    calls: paris,
  },
  { kind: "<|tool_call> of gemma 4", text: '<|tool_call>call:get_weather{city: "Paris"}<tool_call|>', calls: paris },
  {
    kind: "<|tool_call> of gemma 4 with its quotes",
    text: '<|tool_call>call:get_weather{city:<|"|>Paris<|"|>}<tool_call|>',
    calls: paris,
  },
  {
    kind: "<|tool_call> of gemma 4, in parentheses",
    text: '<|tool_call>call:get_weather(city: "Paris")<tool_call|>',
    calls: paris,
  },
  {
    kind: "<start_function_call> of functiongemma",
    text: "<start_function_call>call:get_weather{city:<escape>Paris<escape>}<end_function_call>",
    calls: paris,
  },
  { kind: "<function=…> with JSON", text: '<function=get_weather>{"city": "Paris"}</function>', calls: paris },
  { kind: "<function=…> without its end", text: '<function=get_weather>{"city": "Paris"}', calls: paris },
  {
    kind: "<function=…> twice",
    text: '<function=get_weather>{"city": "Paris"}</function>\n<function=search>{"query": "x"}</function>',
    calls: [weather(), { name: "search", arguments: { query: "x" } }],
  },
  {
    kind: "<function=…> with parameters, of qwen3-coder",
    text: "<tool_call>\n<function=get_weather>\n<parameter=city>\nParis\n</parameter>\n<parameter=days>\n3\n</parameter>\n</function>\n</tool_call>",
    calls: [weather("Paris", { days: 3 })],
  },
  {
    kind: "<function=…> of qwen3-coder without <tool_call>",
    text: "I'll check.\n\n<function=get_weather>\n<parameter=city>\nParis\n</parameter>\n</function>\n</tool_call>",
    calls: paris,
  },
  {
    kind: "<function=…> with code as a parameter",
    text: '<function=write_file>\n<parameter=path>\na.ts\n</parameter>\n<parameter=text>\nconst a = <b>{"x"}</b>;\n\nexport {};\n</parameter>\n</function>',
    calls: [{ name: "write_file", arguments: { path: "a.ts", text: 'const a = <b>{"x"}</b>;\n\nexport {};' } }],
  },
  {
    kind: "<function=…> with a list as a parameter",
    text: '<function=run_command>\n<parameter=program>\ngit\n</parameter>\n<parameter=args>\n["status", "-s"]\n</parameter>\n</function>',
    calls: [{ name: "run_command", arguments: { program: "git", args: ["status", "-s"] } }],
  },
  {
    kind: '<function name="…">',
    text: '<function name="get_weather"><parameter name="city">Paris</parameter></function>',
    calls: paris,
  },
  {
    kind: "<invoke>",
    text: '<function_calls>\n<invoke name="get_weather">\n<parameter name="city">Paris</parameter>\n</invoke>\n</function_calls>',
    calls: paris,
  },
  {
    kind: "<invoke> of minimax",
    text: '<minimax:tool_call>\n<invoke name="get_weather">\n<parameter name="city">Paris</parameter>\n<parameter name="days">2</parameter>\n</invoke>\n</minimax:tool_call>',
    calls: [weather("Paris", { days: 2 })],
  },
  {
    kind: "the tool's name as a tag",
    text: "<read_file>\n<path>src/main.ts</path>\n</read_file>",
    calls: [{ name: "read_file", arguments: { path: "src/main.ts" } }],
  },
  {
    kind: "<arg_key> of glm",
    text: "<tool_call>get_weather\n<arg_key>city</arg_key>\n<arg_value>Paris</arg_value>\n<arg_key>days</arg_key>\n<arg_value>2</arg_value>\n</tool_call>",
    calls: [weather("Paris", { days: 2 })],
  },
  { kind: "[TOOL_CALLS] with a list", text: `[TOOL_CALLS][${json}]`, calls: paris },
  { kind: "[TOOL_CALLS] with a space and an end", text: `[TOOL_CALLS] [${json}]</s>`, calls: paris },
  { kind: "[TOOL_CALLS] with [ARGS]", text: '[TOOL_CALLS]get_weather[ARGS]{"city": "Paris"}', calls: paris },
  { kind: "[TOOL_CALLS] with a name before the JSON", text: '[TOOL_CALLS]get_weather{"city": "Paris"}', calls: paris },
  {
    kind: "[TOOL_CALLS] twice",
    text: '[TOOL_CALLS]get_weather[ARGS]{"city": "Paris"}[TOOL_CALLS]get_weather[ARGS]{"city": "Rome"}',
    calls: [weather(), weather("Rome")],
  },
  {
    kind: "<|python_tag|> with JSON",
    text: '<|python_tag|>{"name": "get_weather", "parameters": {"city": "Paris"}}<|eom_id|>',
    calls: paris,
  },
  {
    kind: "<|python_tag|> with two",
    text: '<|python_tag|>{"name": "get_weather", "parameters": {"city": "Paris"}}; {"name": "get_weather", "parameters": {"city": "Rome"}}',
    calls: [weather(), weather("Rome")],
  },
  { kind: "<|python_tag|> with .call", text: '<|python_tag|>get_weather.call(city="Paris")', calls: paris },
  { kind: "functools[…] of phi", text: `functools[${json}]`, calls: paris },
  {
    kind: "<｜tool▁call▁begin｜> of deepseek",
    text: '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>get_weather\n```json\n{"city": "Paris"}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>',
    calls: paris,
  },
  {
    kind: "<｜tool▁call▁begin｜> of deepseek 3.1",
    text: '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>get_weather<｜tool▁sep｜>{"city": "Paris"}<｜tool▁call▁end｜><｜tool▁calls▁end｜>',
    calls: paris,
  },
  {
    kind: "<|tool_call_begin|> of kimi",
    text: '<|tool_calls_section_begin|><|tool_call_begin|>functions.get_weather:0<|tool_call_argument_begin|>{"city": "Paris"}<|tool_call_end|><|tool_calls_section_end|>',
    calls: paris,
  },
  {
    kind: "harmony of gpt-oss",
    text: '<|channel|>commentary to=functions.get_weather <|constrain|>json<|message|>{"city": "Paris"}<|call|>',
    calls: paris,
  },
  {
    kind: "Action and Action Input",
    text: 'Thought: I need the weather.\nAction: get_weather\nAction Input: {"city": "Paris"}',
    calls: paris,
  },
  {
    kind: "Action and Action Input with a made-up Observation",
    text: 'Action: get_weather\nAction Input: {"city": "Paris"}\nObservation: It is sunny.',
    calls: paris,
  },
  { kind: "Action with JSON in a fence", text: `Action:\n\`\`\`json\n${json}\n\`\`\``, calls: paris },
  {
    kind: "<tool_call> with a call of an unknown tool beside",
    text: `<tool_call>${json}</tool_call>\n<tool_call>{"name": "book_flight", "arguments": {}}</tool_call>`,
    calls: paris,
  },
  {
    kind: "words in between",
    text: `First Paris:\n<tool_call>${json}</tool_call>\nAnd then Rome:\n<tool_call>${rome}</tool_call>`,
    calls: [weather(), weather("Rome")],
  },
  {
    kind: "<tool_call> after thinking that was never closed before it",
    text: `Okay.\n</think>\n<tool_call>${json}</tool_call>`,
    calls: paris,
  },
  {
    kind: "<tool_call> with words that hurt far before",
    text: `The example file was already there.\n\nNow I will check the weather.\n<tool_call>${json}</tool_call>`,
    calls: paris,
  },
];
