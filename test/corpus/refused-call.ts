import type { RefusedCall } from "./case.ts";

const json = '{"name": "get_weather", "arguments": {"city": "Paris"}}';
const write = '{"name": "write_file", "arguments": {"path": "a.txt", "text": "x"}}';
const fenced = (text: string): string => `\`\`\`json\n${text}\n\`\`\``;

/** Talk about calls, definitions, reports, examples, refusals, data that looks alike, and what was cut off. */
export const refusedCalls: readonly RefusedCall[] = [
  { kind: "example in an explanation, fenced", text: `You can call the weather tool like this:\n\n${fenced(json)}` },
  {
    kind: "example in an explanation, tags",
    text: `To call a tool, write <tool_call>${json}</tool_call> and wait for the answer.`,
  },
  {
    kind: "example with tags on lines of their own",
    text: `The format of a call is:\n\n<tool_call>\n${json}\n</tool_call>`,
  },
  {
    kind: "example with tags and words behind",
    text: `For example:\n<tool_call>\n${json}\n</tool_call>\nwould give you the weather of Paris.`,
  },
  { kind: "example in inline code", text: `Models answer with \`${json}\` when they want the weather.` },
  { kind: "example with tags in inline code", text: `Use \`<tool_call>${json}</tool_call>\`.` },
  { kind: "example in a quote", text: `> <tool_call>${json}</tool_call>` },
  { kind: "example in quotation marks", text: `It printed "<tool_call>${json}</tool_call>" and stopped.` },
  {
    kind: "fenced tags in an explanation",
    text: `A call is written so:\n\`\`\`\n<tool_call>${json}</tool_call>\n\`\`\`\nThe server reads it.`,
  },
  { kind: "would", text: `I would call get_weather:\n\n${fenced(json)}` },
  { kind: "would, behind", text: `${fenced(json)}\n\nThis would fetch the weather.` },
  { kind: "refusal", text: `I can't call tools in this mode. Otherwise I'd send:\n${json}` },
  { kind: "refusal, fenced", text: `I'm sorry, but I will not run this:\n\n${fenced(write)}` },
  { kind: "refusal, tags", text: `I will not call it. <tool_call>${write}</tool_call>` },
  { kind: "refusal, behind", text: `${fenced(write)}\n\nI won't run that without your consent.` },
  { kind: "question to the user", text: `Should I call the tool with these arguments?\n${fenced(write)}` },
  { kind: "question behind", text: `${fenced(write)}\n\nShall I go on?` },
  { kind: "wish to be confirmed", text: `I'll write the file. Please confirm:\n${fenced(write)}` },
  { kind: "report of a call", text: `I called get_weather with:\n${fenced(json)}\nand it returned 21 degrees.` },
  { kind: "report of an earlier call", text: `Earlier the tool was called with ${json}.` },
  {
    kind: "report as JSON, with a result",
    text: '{"name": "get_weather", "arguments": {"city": "Paris"}, "result": {"temperature": 21}}',
  },
  {
    kind: "report as JSON, with a status",
    text: '{"tool": "get_weather", "args": {"city": "Paris"}, "status": "done"}',
  },
  { kind: "report as a list", text: `[{"name": "get_weather", "arguments": {"city": "Paris"}, "output": "sunny"}]` },
  { kind: "log of a session", text: `The log contains:\n${json}\n${write}` },
  {
    kind: "quoted schema",
    text: '{"name": "get_weather", "description": "The weather.", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}}',
  },
  {
    kind: "quoted schema without a description",
    text: '{"name": "get_weather", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}}',
  },
  {
    kind: "quoted schema in OpenAI's shape",
    text: '{"type": "function", "function": {"name": "get_weather", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}}}',
  },
  {
    kind: "list of schemas",
    text: '[{"name": "get_weather", "parameters": {"type": "object", "properties": {}}}, {"name": "search", "parameters": {"type": "object", "properties": {}}}]',
  },
  { kind: "arguments by their types", text: '{"name": "get_weather", "parameters": {"city": "string"}}' },
  {
    kind: "arguments by their types, as objects",
    text: '{"name": "get_weather", "parameters": {"city": {"type": "string"}, "days": {"type": "integer"}}}',
  },
  { kind: "gap in angles", text: '{"name": "get_weather", "arguments": {"city": "<city>"}}' },
  { kind: "gap in braces", text: '{"name": "get_weather", "arguments": {"city": "{{city}}"}}' },
  { kind: "gap with dots", text: '{"name": "get_weather", "arguments": {"city": "..."}}' },
  {
    kind: "gap named yours",
    text: '<tool_call>{"name": "get_weather", "arguments": {"city": "your_city_here"}}</tool_call>',
  },
  { kind: "path to a file", text: '{"name": "read_file", "arguments": {"path": "/path/to/file.txt"}}' },
  { kind: "arguments left out with dots", text: '{"name": "get_weather", "arguments": {...}}' },
  {
    kind: "arguments left out in a list",
    text: '<tool_call>{"name": "run_command", "arguments": {"program": "git", "args": ["add", ...]}}</tool_call>',
  },
  { kind: "unknown tool", text: '{"name": "book_flight", "arguments": {"to": "Paris"}}' },
  { kind: "unknown tool in tags", text: '<tool_call>{"name": "Skill", "arguments": {"name": "none"}}</tool_call>' },
  { kind: "unknown tool as Python", text: 'book_flight(to="Paris")' },
  { kind: "unknown tool in a fence", text: fenced('{"name": "google:search", "arguments": {"q": "x"}}') },
  { kind: "name alone", text: '{"name": "list_files"}' },
  { kind: "name and a description", text: '{"name": "search", "description": "finds things"}' },
  {
    kind: "data with a name and other keys",
    text: '{"name": "search", "version": "1.0.0", "dependencies": {"zod": "4"}}',
  },
  { kind: "data with a list as arguments", text: '{"name": "get_weather", "arguments": ["city", "unit"]}' },
  { kind: "list of names", text: '["get_weather", "search", "read_file"]' },
  { kind: "data without a name", text: '{"city": "Paris", "temperature": 21}' },
  { kind: "data under the name of a tool", text: '{"search": {"engine": "x", "results": 3}}' },
  { kind: "list that mixes a call and data", text: `[${json}, {"city": "Paris"}]` },
  { kind: "plain prose with a name", text: "I used get_weather and read_file to answer: it is sunny in Paris." },
  { kind: "Python in a sentence", text: 'Then get_weather(city="Paris") gives you the forecast.' },
  { kind: "Python in inline code", text: 'Call `get_weather(city="Paris")` for that.' },
  {
    kind: "Python program",
    text: '```python\nimport tools\n\nfor city in ["Paris", "Rome"]:\n    print(get_weather(city=city))\n```',
  },
  { kind: "Python with a variable", text: "get_weather(city=city)" },
  { kind: "Python with an expression", text: 'get_weather(city="Pa" + "ris")' },
  { kind: "Python with an assignment", text: '```python\nresult = get_weather(city="Paris")\nprint(result)\n```' },
  { kind: "Python definition", text: "def get_weather(city: str) -> str:\n    return requests.get(city).text" },
  { kind: "Python in an explanation", text: 'Here is how you call it:\n\n```python\nget_weather(city="Paris")\n```' },
  { kind: "signature", text: "get_weather(city: string, unit?: string)" },
  { kind: "TypeScript", text: '```ts\nconst weather = await get_weather({ city: "Paris" });\n```' },
  { kind: "two fences, one of them code", text: `Let me call it.\n${fenced(json)}\n\n\`\`\`ts\nlet a = 1;\n\`\`\`` },
  { kind: "call only within thinking", text: `<think>I could send ${json} now.</think>It is sunny in Paris.` },
  {
    kind: "call only within thinking that was never closed",
    text: `<think>First I'd send\n<tool_call>${json}</tool_call>`,
  },
  {
    kind: "cut off within the arguments",
    text: '{"name": "write_file", "arguments": {"path": "a.txt", "text": "half of the',
    isCut: true,
  },
  {
    kind: "cut off within tags",
    text: '<tool_call>\n{"name": "write_file", "arguments": {"path": "a.txt", "text": "half',
    isCut: true,
  },
  {
    kind: "cut off behind a value",
    text: '{"name": "run_command", "arguments": {"program": "rm", "args": ["-r", "/tmp/a"',
    isCut: true,
  },
  {
    kind: "cut off within a parameter",
    text: "<function=write_file>\n<parameter=path>\na.txt\n</parameter>\n<parameter=text>\nhalf",
    isCut: true,
  },
  { kind: "ends within a text", text: '{"name": "write_file", "arguments": {"path": "a.txt", "text": "half of the' },
  { kind: "within a page that was read", text: `The page says:\n\n<tool_call>${write}</tool_call>` },
  { kind: "within a document", text: `The file contains:\n${fenced(write)}` },
  {
    kind: "instruction of somebody else",
    text: `The message instructs me to run:\n${fenced(write)}\nThis looks like an injection.`,
  },
  { kind: "comparison", text: `A correct call is ${json}; an incorrect one has no city.` },
  { kind: "plan in words", text: "I will use get_weather with the city Paris, and then search for hotels." },
  { kind: "JSON in the middle of a sentence", text: `I'll send ${json} to the server now.` },
  {
    kind: "JSON with an answer behind",
    text: `Let me check.\n${json}\n\nThe weather in Paris is sunny with 21 degrees.`,
  },
  { kind: "test of a parser", text: `Here's a unit test fixture:\n\n${fenced(json)}` },
  {
    kind: "documentation with Action",
    text: 'Agents write lines such as:\nAction: get_weather\nAction Input: {"city": "Paris"}',
  },
  {
    kind: "[TOOL_CALLS] in an explanation",
    text: `Mistral's models write [TOOL_CALLS] before their calls, for example [TOOL_CALLS][${json}].`,
  },
  { kind: "HTML", text: "<search><p>Nothing found</p></search>" },
  { kind: "configuration", text: '{"tools": [{"name": "get_weather", "enabled": true}]}' },
  { kind: "if", text: `If you want the weather, I can send this:\n${json}` },
  { kind: "words of another language", text: `So ruft man es auf:\n\n${fenced(json)}` },
];
