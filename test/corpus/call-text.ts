import { weather, type CallCase } from "./case.ts";

const paris = [weather()];
const json = '{"name": "get_weather", "arguments": {"city": "Paris"}}';

/** Calls that came as JSON or as Python in the text: qwen2.5-coder and its kin. */
export const textCalls: readonly CallCase[] = [
  { kind: "bare JSON", text: json, calls: paris },
  {
    kind: "bare JSON over lines",
    text: '{\n  "name": "get_weather",\n  "arguments": {\n    "city": "Paris"\n  }\n}\n',
    calls: paris,
  },
  { kind: "bare JSON, `parameters`", text: '{"name": "get_weather", "parameters": {"city": "Paris"}}', calls: paris },
  { kind: "bare JSON, `args`", text: '{"name": "get_weather", "args": {"city": "Paris"}}', calls: paris },
  { kind: "bare JSON, `input`", text: '{"name": "get_weather", "input": {"city": "Paris"}}', calls: paris },
  {
    kind: "bare JSON, `tool` and `tool_input`",
    text: '{"tool": "get_weather", "tool_input": {"city": "Paris"}}',
    calls: paris,
  },
  {
    kind: "bare JSON, `action` and `action_input`",
    text: '{"action": "get_weather", "action_input": {"city": "Paris"}}',
    calls: paris,
  },
  {
    kind: "bare JSON, `action_input` is a text",
    text: '{"action": "list_files", "action_input": "*.md"}',
    calls: [{ name: "list_files", arguments: { pattern: "*.md" } }],
  },
  {
    kind: "bare JSON, `function` is the name",
    text: '{"function": "get_weather", "parameters": {"city": "Paris"}}',
    calls: paris,
  },
  {
    kind: "bare JSON, `tool_name`",
    text: '{"tool_name": "get_weather", "arguments": {"city": "Paris"}}',
    calls: paris,
  },
  {
    kind: "bare JSON, `function_name` and `function_args`",
    text: '{"function_name": "get_weather", "function_args": {"city": "Paris"}}',
    calls: paris,
  },
  {
    kind: "OpenAI's shape",
    text: '{"type": "function", "function": {"name": "get_weather", "arguments": {"city": "Paris"}}}',
    calls: paris,
  },
  {
    kind: "OpenAI's shape, arguments as text",
    text: '{"id": "call_1", "type": "function", "function": {"name": "get_weather", "arguments": "{\\"city\\": \\"Paris\\"}"}}',
    calls: paris,
  },
  {
    kind: "OpenAI's shape without a type",
    text: '{"function": {"name": "get_weather", "parameters": {"city": "Paris"}}}',
    calls: paris,
  },
  {
    kind: "a whole assistant message",
    text: '{"role": "assistant", "content": null, "tool_calls": [{"id": "1", "type": "function", "function": {"name": "get_weather", "arguments": "{\\"city\\":\\"Paris\\"}"}}]}',
    calls: paris,
  },
  {
    kind: "`tool_calls` list",
    text: '{"tool_calls": [{"name": "get_weather", "arguments": {"city": "Paris"}}]}',
    calls: paris,
  },
  {
    kind: "`function_call`",
    text: '{"function_call": {"name": "get_weather", "arguments": "{\\"city\\": \\"Paris\\"}"}}',
    calls: paris,
  },
  {
    kind: "llama's `type` and `parameters`",
    text: '{"type": "function", "name": "get_weather", "parameters": {"city": "Paris"}}',
    calls: paris,
  },
  {
    kind: "with a thought beside the call",
    text: '{"thought": "I need the weather.", "name": "get_weather", "arguments": {"city": "Paris"}}',
    calls: paris,
  },
  { kind: "the name as key", text: '{"get_weather": {"city": "Paris"}}', calls: paris },
  { kind: "arguments beside the name", text: '{"name": "get_weather", "city": "Paris"}', calls: paris },
  { kind: "a list of one", text: `[${json}]`, calls: paris },
  {
    kind: "a list of two",
    text: `[${json}, {"name": "search", "arguments": {"query": "hotels"}}]`,
    calls: [weather(), { name: "search", arguments: { query: "hotels" } }],
  },
  {
    kind: "two objects on two lines",
    text: `${json}\n{"name": "get_weather", "arguments": {"city": "Rome"}}`,
    calls: [weather(), weather("Rome")],
  },
  {
    kind: "two objects behind each other",
    text: `${json}{"name": "get_weather", "arguments": {"city": "Rome"}}`,
    calls: [weather(), weather("Rome")],
  },
  {
    kind: "two objects with a semicolon",
    text: `${json}; {"name": "get_weather", "arguments": {"city": "Rome"}}`,
    calls: [weather(), weather("Rome")],
  },
  {
    kind: "two objects with a comma",
    text: `${json},\n{"name": "get_weather", "arguments": {"city": "Rome"}}`,
    calls: [weather(), weather("Rome")],
  },
  {
    kind: "no arguments",
    text: '{"name": "list_files", "arguments": {}}',
    calls: [{ name: "list_files", arguments: {} }],
  },
  {
    kind: "arguments are null",
    text: '{"name": "list_files", "arguments": null}',
    calls: [{ name: "list_files", arguments: {} }],
  },
  {
    kind: "the name with a namespace",
    text: '{"name": "functions.get_weather", "arguments": {"city": "Paris"}}',
    calls: paris,
  },
  { kind: "the name in another case", text: '{"name": "getWeather", "arguments": {"city": "Paris"}}', calls: paris },
  {
    kind: "the name with dashes",
    text: '{"name": "read-file", "arguments": {"path": "a.txt"}}',
    calls: [{ name: "read_file", arguments: { path: "a.txt" } }],
  },
  { kind: "fenced JSON", text: `\`\`\`json\n${json}\n\`\`\``, calls: paris },
  { kind: "fence without a language", text: `\`\`\`\n${json}\n\`\`\``, calls: paris },
  { kind: "fence of tool_call", text: `\`\`\`tool_call\n${json}\n\`\`\``, calls: paris },
  { kind: "fence that is not closed", text: `\`\`\`json\n${json}`, calls: paris },
  {
    kind: "a fence for each call",
    text: `\`\`\`json\n${json}\n\`\`\`\n\n\`\`\`json\n{"name": "search", "arguments": {"query": "hotels"}}\n\`\`\``,
    calls: [weather(), { name: "search", arguments: { query: "hotels" } }],
  },
  {
    kind: "words, then a fence",
    text: `I'll check the weather in Paris for you.\n\n\`\`\`json\n${json}\n\`\`\``,
    calls: paris,
  },
  {
    kind: "words, a fence, words that wait",
    text: `Let me check the weather first.\n\n\`\`\`json\n${json}\n\`\`\`\n\nI'll tell you as soon as I have it.`,
    calls: paris,
  },
  { kind: "words, then bare JSON", text: `Sure, let me look that up.\n${json}`, calls: paris },
  {
    kind: "words with a colon, then bare JSON",
    text: `To answer this, I will use the get_weather tool:\n\n${json}`,
    calls: paris,
  },
  {
    kind: "words, bare JSON, words that wait",
    text: `Let me check.\n\n${json}\n\nOnce I have the result, I will summarize it.`,
    calls: paris,
  },
  { kind: "words that announce the call itself", text: `Here is the function call:\n${json}`, calls: paris },
  {
    kind: "a step that is announced",
    text: `First, I need to read the file.\n\n{"name": "read_file", "arguments": {"path": "src/main.ts"}}`,
    calls: [{ name: "read_file", arguments: { path: "src/main.ts" } }],
  },
  {
    kind: "words before a word that hurts",
    text: `I'll search the sample database for this.\n{"name": "search", "arguments": {"query": "x"}}`,
    calls: [{ name: "search", arguments: { query: "x" } }],
  },
  { kind: "thinking before the JSON", text: `<think>The user wants the weather.</think>\n${json}`, calls: paris },
  {
    kind: "thinking with an example of a call in it",
    text: `<think>I could answer {"name": "search", "arguments": {"query": "x"}} but no.</think>\n\n${json}`,
    calls: paris,
  },
  { kind: "thinking without its opening tag", text: `The user wants the weather.\n</think>\n\n${json}`, calls: paris },
  { kind: "special tokens at the end", text: `${json}<|im_end|>`, calls: paris },
  { kind: "special tokens around", text: `<|start|>${json}<|eot_id|>`, calls: paris },
  { kind: "an end of turn", text: `${json}\n<end_of_turn>`, calls: paris },
  { kind: "trailing comma", text: '{"name": "get_weather", "arguments": {"city": "Paris",},}', calls: paris },
  { kind: "single quotes", text: "{'name': 'get_weather', 'arguments': {'city': 'Paris'}}", calls: paris },
  { kind: "keys without quotes", text: '{name: "get_weather", arguments: {city: "Paris"}}', calls: paris },
  {
    kind: "Python's words",
    text: "{'name': 'search', 'arguments': {'query': 'x', 'exact': True, 'limit': None}}",
    calls: [{ name: "search", arguments: { query: "x", exact: true } }],
  },
  {
    kind: "a brace is missing at the end",
    text: '{"name": "get_weather", "arguments": {"city": "Paris"}',
    calls: paris,
  },
  { kind: "a brace too many", text: '{"name": "get_weather", "arguments": {"city": "Paris"}}}', calls: paris },
  { kind: "a comma is missing", text: '{"name": "get_weather" "arguments": {"city": "Paris"}}', calls: paris },
  {
    kind: "comments",
    text: '{\n  "name": "get_weather", // the tool\n  "arguments": {"city": "Paris"} /* where */\n}',
    calls: paris,
  },
  { kind: "curly quotes", text: "{“name”: “get_weather”, “arguments”: {“city”: “Paris”}}", calls: paris },
  {
    kind: "a line break within a text",
    text: '{"name": "write_file", "arguments": {"path": "a.txt", "text": "one\ntwo"}}',
    calls: [{ name: "write_file", arguments: { path: "a.txt", text: "one\ntwo" } }],
  },
  {
    kind: "quotes within a text",
    text: '{"name": "search", "arguments": {"query": "the "best" hotel"}}',
    calls: [{ name: "search", arguments: { query: 'the "best" hotel' } }],
  },
  {
    kind: "backslashes of Windows",
    text: '{"name": "read_file", "arguments": {"path": "C:\\Users\\me\\Documents\\a.md"}}',
    calls: [{ name: "read_file", arguments: { path: "C:\\Users\\me\\Documents\\a.md" } }],
  },
  {
    kind: "a pattern with backslashes",
    text: '{"name": "search", "arguments": {"query": "\\d+\\.\\d+"}}',
    calls: [{ name: "search", arguments: { query: "\\d+\\.\\d+" } }],
  },
  {
    kind: "arguments as text without escapes",
    text: '{"name": "get_weather", "arguments": "{"city": "Paris"}"}',
    calls: paris,
  },
  {
    kind: "a text in three quotes",
    text: '{"name": "write_file", "arguments": {"path": "a.py", "text": """print("hi")\n"""}}',
    calls: [{ name: "write_file", arguments: { path: "a.py", text: 'print("hi")\n' } }],
  },
  {
    kind: "markdown in a text",
    text: '{"name": "write_file", "arguments": {"path": "a.md", "text": "# A\\n\\n```js\\nlet a = {};\\n```\\n"}}',
    calls: [{ name: "write_file", arguments: { path: "a.md", text: "# A\n\n```js\nlet a = {};\n```\n" } }],
  },
  {
    kind: "a text that talks",
    text: '{"name": "write_file", "arguments": {"path": "a.md", "text": "For example, do not call this tool."}}',
    calls: [{ name: "write_file", arguments: { path: "a.md", text: "For example, do not call this tool." } }],
  },
  { kind: "Python call", text: 'get_weather(city="Paris")', calls: paris },
  { kind: "Python call, by place", text: "get_weather('Paris')", calls: paris },
  {
    kind: "Python call with all kinds of values",
    text: "search(query='a \"b\"', limit=3, tags=['x', 'y'], exact=True)",
    calls: [{ name: "search", arguments: { query: 'a "b"', limit: 3, tags: ["x", "y"], exact: true } }],
  },
  {
    kind: "Python calls in a list",
    text: '[get_weather(city="Paris"), get_weather(city="Rome", days=2)]',
    calls: [weather(), weather("Rome", { days: 2 })],
  },
  {
    kind: "Python calls on lines",
    text: 'get_weather(city="Paris")\nget_weather(city="Rome")',
    calls: [weather(), weather("Rome")],
  },
  { kind: "fence of tool_code", text: '```tool_code\nprint(default_api.get_weather(city="Paris"))\n```', calls: paris },
  { kind: "fence of python", text: '```python\nget_weather(city="Paris")\n```', calls: paris },
  {
    kind: "words, then a fence of tool_code",
    text: 'Okay, I will look up the weather.\n\n```tool_code\nget_weather(city="Paris")\n```',
    calls: paris,
  },
  {
    kind: "Python call with an object",
    text: 'configure(settings={"debug": True, "level": 2, "label": None})',
    calls: [{ name: "configure", arguments: { settings: { debug: true, level: 2, label: null } } }],
  },
  { kind: "call with an object as JavaScript writes it", text: 'get_weather({"city": "Paris"})', calls: paris },
  {
    kind: "call with an object with bare keys",
    text: 'get_weather({ city: "Paris", days: 3 })',
    calls: [weather("Paris", { days: 3 })],
  },
  {
    kind: "Python call with a text over lines",
    text: 'write_file(path="a.txt", text="""one\ntwo""")',
    calls: [{ name: "write_file", arguments: { path: "a.txt", text: "one\ntwo" } }],
  },
  { kind: "Python call with a namespace", text: 'functions.get_weather(city="Paris")', calls: paris },
  { kind: "Python call without values", text: "list_files()", calls: [{ name: "list_files", arguments: {} }] },
  {
    kind: "words of another language, then a fence",
    text: `Je vais chercher la météo.\n\n\`\`\`json\n${json}\n\`\`\``,
    calls: paris,
  },
  {
    kind: "words that deny something else, then JSON",
    text: `I don't have live data, so I'll call the weather tool.\n\n${json}`,
    calls: paris,
  },
];
