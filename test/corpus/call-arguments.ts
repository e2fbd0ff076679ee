import type { ToolCall } from "../../src/models/chat-model.ts";
import type { CallCase, Expected } from "./case.ts";
import type { ToolName } from "./tool.ts";

const of = (kind: string, name: ToolName, given: object, meant: object): CallCase => ({
  kind,
  native: [{ name, arguments: { ...given } }],
  calls: [{ name, arguments: meant }],
});
const named = (kind: string, native: ToolCall, meant: Expected): CallCase => ({
  kind,
  native: [native],
  calls: [meant],
});

const settings = { debug: true, level: 2, label: null };

/** Calls that the server took for calls, with arguments that the tool does not take as they are. */
export const argumentCalls: readonly CallCase[] = [
  of("number as text", "get_weather", { city: "Paris", days: "3" }, { city: "Paris", days: 3 }),
  of(
    "number as text with a fraction of nothing",
    "get_weather",
    { city: "Paris", days: "3.0" },
    { city: "Paris", days: 3 },
  ),
  of("number as text with spaces", "search", { query: "x", limit: " 10 " }, { query: "x", limit: 10 }),
  of("number as text with thousands", "search", { query: "x", limit: "1,000" }, { query: "x", limit: 1000 }),
  of("number as text, negative", "read_file", { path: "a", offset: "-5" }, { path: "a", offset: -5 }),
  of("boolean as text", "search", { query: "x", exact: "true" }, { query: "x", exact: true }),
  of("boolean as Python's text", "search", { query: "x", exact: "False" }, { query: "x", exact: false }),
  of("list as JSON text", "search", { query: "x", tags: '["a", "b"]' }, { query: "x", tags: ["a", "b"] }),
  of("list as Python's text", "search", { query: "x", tags: "['a', 'b']" }, { query: "x", tags: ["a", "b"] }),
  of("one item instead of a list", "search", { query: "x", tags: "a" }, { query: "x", tags: ["a"] }),
  of(
    "numbers in a list of texts",
    "run_command",
    { program: "seq", args: [1, 10] },
    { program: "seq", args: ["1", "10"] },
  ),
  of(
    "required list as JSON text",
    "run_command",
    { program: "git", args: '["status"]' },
    { program: "git", args: ["status"] },
  ),
  of(
    "required list as one text",
    "run_command",
    { program: "git", args: "status" },
    { program: "git", args: ["status"] },
  ),
  of("object as JSON text", "configure", { settings: JSON.stringify(settings) }, { settings }),
  of(
    "object as almost-JSON text",
    "configure",
    { settings: "{'debug': True, 'level': 2, 'label': None}" },
    { settings },
  ),
  of("types within an object", "configure", { settings: { debug: "true", level: "2", label: null } }, { settings }),
  of(
    "list of objects as JSON text",
    "configure",
    { settings, edits: '[{"old": "a", "new": "b"}]' },
    { settings, edits: [{ old: "a", new: "b" }] },
  ),
  of(
    "list of JSON texts",
    "configure",
    { settings, edits: ['{"old": "a", "new": "b"}'] },
    { settings, edits: [{ old: "a", new: "b" }] },
  ),
  of(
    "one object instead of a list",
    "configure",
    { settings, edits: { old: "a", new: "b" } },
    { settings, edits: [{ old: "a", new: "b" }] },
  ),
  of(
    "variant as JSON text",
    "configure",
    { settings, target: '{"kind": "file", "path": "a"}' },
    { settings, target: { kind: "file", path: "a" } },
  ),
  of("null as text in a union", "configure", { settings, target: "null" }, { settings, target: null }),
  of(
    "null as text for what may be null",
    "configure",
    { settings: { debug: true, level: 2, label: "null" } },
    { settings: { debug: true, level: 2, label: "null" } },
  ),
  of("list of one instead of an object", "configure", { settings: [settings] }, { settings }),
  of("choice in capitals", "get_weather", { city: "Paris", unit: "CELSIUS" }, { city: "Paris", unit: "celsius" }),
  of(
    "choice with a capital",
    "get_weather",
    { city: "Paris", unit: "Fahrenheit" },
    { city: "Paris", unit: "fahrenheit" },
  ),
  of("choice with a space", "get_weather", { city: "Paris", unit: " celsius " }, { city: "Paris", unit: "celsius" }),
  of("null for what may be left out", "get_weather", { city: "Paris", unit: null, days: null }, { city: "Paris" }),
  of("none as text for what may be left out", "get_weather", { city: "Paris", days: "None" }, { city: "Paris" }),
  of("nothing as text for what may be left out", "get_weather", { city: "Paris", unit: "" }, { city: "Paris" }),
  of("number instead of text", "get_weather", { city: 75_001 }, { city: "75001" }),
  of("number instead of a query", "search", { query: 42 }, { query: "42" }),
  of(
    "object instead of text",
    "write_file",
    { path: "a.json", text: { a: 1 } },
    { path: "a.json", text: '{\n  "a": 1\n}' },
  ),
  of("property in another case", "read_file", { Path: "a" }, { path: "a" }),
  of("property with a kind in front", "read_file", { file_path: "a" }, { path: "a" }),
  of("property with a kind in front, in camels", "read_file", { filePath: "a" }, { path: "a" }),
  of("property with a kind behind", "get_weather", { city_name: "Paris" }, { city: "Paris" }),
  of("property with a typo", "search", { qurey: "x" }, { query: "x" }),
  of("optional property in another case", "search", { query: "x", Limit: 5 }, { query: "x", limit: 5 }),
  of("property in another case and type", "get_weather", { city: "Paris", Days: "2" }, { city: "Paris", days: 2 }),
  of("arguments within arguments", "get_weather", { arguments: { city: "Paris" } }, { city: "Paris" }),
  of("arguments within parameters", "get_weather", { parameters: { city: "Paris" } }, { city: "Paris" }),
  of("arguments as JSON text within arguments", "get_weather", { arguments: '{"city": "Paris"}' }, { city: "Paris" }),
  of("arguments within properties", "search", { properties: { query: "x" } }, { query: "x" }),
  named(
    "name with a namespace",
    { name: "functions.read_file", arguments: { path: "a" } },
    { name: "read_file", arguments: { path: "a" } },
  ),
  named(
    "name with dashes",
    { name: "read-file", arguments: { path: "a" } },
    { name: "read_file", arguments: { path: "a" } },
  ),
  named(
    "name in camels",
    { name: "readFile", arguments: { path: "a" } },
    { name: "read_file", arguments: { path: "a" } },
  ),
  of("path under another word", "read_file", { filename: "a" }, { path: "a" }),
  of("text under another word", "write_file", { path: "a", content: "b" }, { path: "a", text: "b" }),
];
