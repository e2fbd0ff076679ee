import { z } from "zod";
import type { OutputCase, RefusedOutput } from "./case.ts";

export const schemas = {
  verdict: z.strictObject({ good: z.boolean(), score: z.number(), reason: z.string().optional() }),
  person: z.object({
    name: z.string(),
    age: z.int(),
    role: z.enum(["admin", "member"]),
    tags: z.array(z.string()),
    boss: z.string().nullable().optional(),
  }),
  list: z.array(z.strictObject({ file: z.string(), line: z.int() })),
  loose: z.object({ title: z.string().optional(), count: z.number().optional() }),
} as const;

const good = { good: true, score: 7 };
const json = '{"good": true, "score": 7}';
const ada = { name: "Ada", age: 36, role: "admin", tags: ["a", "b"] };
const verdict = (kind: string, text: string, output: object = good): OutputCase => ({
  kind,
  schema: "verdict",
  text,
  output,
});
const person = (kind: string, text: string, output: object = ada): OutputCase => ({
  kind,
  schema: "person",
  text,
  output,
});
const list = (kind: string, text: string, output: object = [{ file: "a", line: 1 }]): OutputCase => ({
  kind,
  schema: "list",
  text,
  output,
});

export const outputs: readonly OutputCase[] = [
  verdict("fenced", `\`\`\`json\n${json}\n\`\`\``),
  verdict("fenced without a language", `\`\`\`\n${json}\n\`\`\``),
  verdict("fence that is not closed", `\`\`\`json\n${json}`),
  verdict("words before", `Here is the JSON you asked for:\n\n${json}`),
  verdict("words behind", `${json}\n\nLet me know if you need anything else!`),
  verdict("words around a fence", `Sure! Here is my verdict.\n\n\`\`\`json\n${json}\n\`\`\`\n\nI hope this helps.`),
  verdict("words with braces in them", `The set {a, b} is fine. ${json}`),
  verdict("thinking before", `<think>It is good {really}.</think>${json}`),
  verdict("thinking without its opening tag", `It is good.\n</think>\n${json}`),
  verdict("twice the same", `${json}\n${json}`),
  verdict("trailing comma", '{"good": true, "score": 7,}'),
  verdict("single quotes", "{'good': true, 'score': 7}"),
  verdict("Python's words", "{'good': True, 'score': 7, 'reason': None}"),
  verdict("keys without quotes", "{good: true, score: 7}"),
  verdict("a comma is missing", '{"good": true "score": 7}'),
  verdict("a brace is missing", '{"good": true, "score": 7'),
  verdict("a brace too many", '{"good": true, "score": 7}}'),
  verdict("comments", '{"good": true, /* yes */ "score": 7 // of ten\n}'),
  verdict("curly quotes", "{“good”: true, “score”: 7}"),
  verdict("number as text", '{"good": true, "score": "7"}'),
  verdict("boolean as text", '{"good": "true", "score": 7}'),
  verdict("key in capitals", '{"Good": true, "Score": 7}'),
  verdict("within one key", '{"verdict": {"good": true, "score": 7}}'),
  verdict("within `properties`", '{"properties": {"good": true, "score": 7}}'),
  verdict("within a list of one", '[{"good": true, "score": 7}]'),
  verdict("as JSON text", '"{\\"good\\": true, \\"score\\": 7}"'),
  verdict("null for what may be left out", '{"good": true, "score": 7, "reason": null}'),
  verdict("quotes within a text", '{"good": true, "score": 7, "reason": "it says "yes" twice"}', {
    ...good,
    reason: 'it says "yes" twice',
  }),
  verdict("line break within a text", '{"good": true, "score": 7, "reason": "one\ntwo"}', {
    ...good,
    reason: "one\ntwo",
  }),
  verdict("tab within a text", '{"good": true, "score": 7, "reason": "one\ttwo"}', { ...good, reason: "one\ttwo" }),
  verdict("backslashes", '{"good": true, "score": 7, "reason": "C:\\Users"}', { ...good, reason: "C:\\Users" }),
  verdict("an apostrophe in the words before", `It's good, isn't it: ${json}`),
  verdict("special token behind", `${json}<|im_end|>`),
  verdict("a byte order mark", `\uFEFF${json}`),
  verdict("`json` before", `json\n${json}`),
  verdict("a fence of one line", `\`\`\`json ${json} \`\`\``),
  person("choice in capitals", '{"name": "Ada", "age": 36, "role": "ADMIN", "tags": ["a", "b"]}'),
  person(
    "number as text and a list as text",
    '{"name": "Ada", "age": "36", "role": "admin", "tags": "[\\"a\\", \\"b\\"]"}',
  ),
  person("one item instead of a list", '{"name": "Ada", "age": 36, "role": "admin", "tags": "a"}', {
    ...ada,
    tags: ["a"],
  }),
  person("null where null may be", '{"name": "Ada", "age": 36, "role": "admin", "tags": ["a", "b"], "boss": null}', {
    ...ada,
    boss: null,
  }),
  person("name is a number", '{"name": 7, "age": 36, "role": "admin", "tags": []}', { ...ada, name: "7", tags: [] }),
  person("key with a kind behind", '{"name_text": "Ada", "age": 36, "role": "admin", "tags": ["a", "b"]}'),
  person("typo in a key", '{"name": "Ada", "age": 36, "roel": "admin", "tags": ["a", "b"]}'),
  person(
    "list with a trailing comma in a fence",
    '```json\n{"name": "Ada", "age": 36, "role": "admin", "tags": ["a", "b",]}\n```',
  ),
  person("within `result`", '{"result": {"name": "Ada", "age": 36, "role": "admin", "tags": ["a", "b"]}}'),
  person("fraction of nothing", '{"name": "Ada", "age": 36.0, "role": "admin", "tags": ["a", "b"]}'),
  list("object around the list", '{"items": [{"file": "a", "line": 1}]}'),
  list("one object instead of a list", '{"file": "a", "line": 1}'),
  list("lines of JSON", '{"file": "a", "line": 1}\n{"file": "b", "line": 2}', [
    { file: "a", line: 1 },
    { file: "b", line: 2 },
  ]),
  list("bracket is missing", '[{"file": "a", "line": 1}'),
  list("numbers as texts", '[{"file": "a", "line": "1"}]'),
  list("empty list in words", "There are none: []", []),
  list("comma between objects is missing", '[{"file": "a", "line": 1} {"file": "b", "line": 2}]', [
    { file: "a", line: 1 },
    { file: "b", line: 2 },
  ]),
  {
    kind: "key in capitals, all of them optional",
    schema: "loose",
    text: '{"Title": "x", "Count": "3"}',
    output: { title: "x", count: 3 },
  },
  {
    kind: "within one key, all of them optional",
    schema: "loose",
    text: '{"data": {"title": "x"}}',
    output: { title: "x" },
  },
  verdict("score in words", '{"good": true, "score": "seven"}'),
  verdict("fraction in words", '{"good": true, "score": "7/10"}'),
];

export const refusedOutputs: readonly RefusedOutput[] = [
  { kind: "no JSON", schema: "verdict", text: "It is good, I give it a 7." },
  { kind: "empty", schema: "verdict", text: "" },
  {
    kind: "cut off within a text",
    schema: "verdict",
    text: '{"good": true, "score": 7, "reason": "because',
    isCut: true,
  },
  { kind: "cut off between values", schema: "verdict", text: '{"good": true, "score": 7', isCut: true },
  { kind: "cut off within a list", schema: "list", text: '[{"file": "a", "line": 1}, {"file": "b", "li', isCut: true },
  { kind: "cut off behind an item", schema: "list", text: '[{"file": "a", "line": 1},', isCut: true },
  { kind: "cut off within a fence", schema: "list", text: '```json\n[{"file": "a", "line": 1},', isCut: true },
  { kind: "ends within a text", schema: "verdict", text: '{"good": true, "score": 7, "reason": "because' },
  { kind: "left out with dots", schema: "list", text: '[{"file": "a", "line": 1}, ...]' },
  {
    kind: "the schema itself",
    schema: "loose",
    text: '{"type": "object", "properties": {"title": {"type": "string"}, "count": {"type": "number"}}}',
  },
  {
    kind: "the schema with its dialect",
    schema: "loose",
    text: '{"$schema": "https://json-schema.org/draft/2020-12/schema", "properties": {"title": {"type": "string"}}}',
  },
  { kind: "gaps", schema: "loose", text: '{"title": "<title>", "count": 0}' },
  { kind: "example after a refusal", schema: "verdict", text: `I can't judge this. An answer would be ${json}.` },
  { kind: "example", schema: "verdict", text: `For example:\n\`\`\`json\n${json}\n\`\`\`` },
  { kind: "two that differ", schema: "verdict", text: `${json}\n{"good": false, "score": 2}` },
  {
    kind: "two fences that differ",
    schema: "verdict",
    text: `Draft:\n\`\`\`json\n${json}\n\`\`\`\nFinal:\n\`\`\`json\n{"good": false, "score": 2}\n\`\`\``,
  },
  { kind: "something else altogether", schema: "loose", text: '{"error": "no data"}' },
  { kind: "a property is missing", schema: "verdict", text: '{"good": true}' },
  { kind: "a choice that is none", schema: "person", text: '{"name": "Ada", "age": 36, "role": "owner", "tags": []}' },
  {
    kind: "a fraction where a whole number must be",
    schema: "person",
    text: '{"name": "Ada", "age": 36.5, "role": "admin", "tags": []}',
  },
  { kind: "a property too many", schema: "verdict", text: '{"good": true, "score": 7, "confidence": 1}' },
  { kind: "text where a list of objects must be", schema: "list", text: '"none"' },
  { kind: "yes where true must be", schema: "verdict", text: '{"good": "probably", "score": 7}' },
];
