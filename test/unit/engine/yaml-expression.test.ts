import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { compileExpression } from "../../../src/engine/yaml/expression.ts";
import { ExpressionError } from "../../../src/engine/yaml/expression-error.ts";

const known = {
  variables: new Set(["input", "steps", "item", "index"]),
  steps: new Set(["draft", "sign off", "list", "hand-over"]),
  input: new Set(["name", "count", "list", "big"]),
};

const values = {
  input: { name: "Ada", count: 7, list: [3, 1, 2] },
  steps: {
    draft: { text: "hello\nworld\n", output: null, "a-b": 1 },
    "sign off": { verdict: "approved" },
    list: ["a", "b"],
  },
  item: { n: 1.5 },
  index: 0,
};

const evaluate = (source: string, given: Readonly<Record<string, unknown>> = values): unknown =>
  compileExpression(source, known).evaluate(given);

const fails = (source: string, message: RegExp, offset?: number, given = values): void =>
  assert.throws(
    () => evaluate(source, given),
    (error) =>
      error instanceof ExpressionError &&
      message.test(error.message) &&
      (offset === undefined || error.offset === offset),
    source,
  );

describe("an expression", () => {
  for (const [source, value] of [
    ["input.name", "Ada"],
    ['steps["sign off"].verdict', "approved"],
    ['steps.draft["a-b"]', 1],
    ["input.list[0]", 3],
    ["steps.draft.output", null],
    ["input.count + 1", 8],
    ["1 + input.count * 2", 15],
    ["input.count % 2 == 1", true],
    ["input.count / 2", 3.5],
    ["-input.count", -7],
    ["item.n * 2", 3],
    ["size(input.list) >= 3 && input.name.startsWith('A')", true],
    ['input.name == "Ada" ? "yes" : "no"', "yes"],
    ['"a" in steps.list', true],
    ["2 in input.list", true],
    ["input.list.map(x, x * 2)", [6, 2, 4]],
    ["input.list.filter(x, x > 1).exists(y, y == 2)", true],
    ['input.list.map(x, {"n": x, "one": 1})', [3, 1, 2].map((n) => ({ n, one: 1 }))],
    ['steps.list.join(", ")', "a, b"],
    ['steps.list.map(s, s + "!").join("")', "a!b!"],
    ["lines(steps.draft.text)", ["hello", "world"]],
    ['"a,b".split(",")', ["a", "b"]],
    ["json(steps.list)", '["a","b"]'],
    ['parseJson("{\\"a\\": [1]}").a[0] + 1', 2],
    ["has(steps.draft.output) && !has(steps.draft.nothing)", true],
    ["string(input.count) + '/' + string(1)", "7/1"],
    ["int('42') + 1", 43],
    ["[1, 'two', null, true]", [1, "two", null, true]],
  ] as const) {
    it(`${source} is ${JSON.stringify(value)}`, () => assert.deepEqual(evaluate(source), value));
  }

  it("that names what there is not is refused before it runs, with the nearest name and its place", () => {
    fails("input.nme", /the flow has no input "nme"; did you mean "name"\?/, 0);
    fails("1 + steps.drft.text", /there is no step "drft" before this one; did you mean "draft"\?/, 4);
    fails("stepz.draft", /there is no "stepz" here; did you mean "steps"\?/);
    fails("input.list.map(x, y)", /there is no "y" here/);
    fails("steps", /needs the name of a step/);
    fails("steps[input.name]", /needs the name of a step/);
    fails("uper(input.name)", /there is no function "uper"/);
    fails("error.message", /there is no "error" here/);
  });

  it("that cannot be read, or adds what cannot be added, is refused with its place", () => {
    fails("1 +", /cannot be read: Unexpected token: the end/, 3);
    fails(
      "steps.hand-over",
      /there is no step "hand" before this one; a name with a hyphen is written steps\["hand-over"\]/,
    );
    fails("steps.in.text", /a word of the language behind a dot; write \["in"\], not \.in/);
    fails('1 + "a"', /no such overload: number \+ string/);
    fails("input.name + 1", /no such overload: string \+ number/, undefined);
  });

  it("that leads nowhere says what there is", () => {
    fails("steps.draft.txt", /^steps\.draft has no "txt"; it has: text, output, a-b$/);
    fails("steps.draft.output.title", /^steps\.draft\.output is null, which has no "title"$/);
    fails("input.name.first", /^input\.name is a string, which has no "first"$/);
    fails("input.list[5]", /^input\.list has 3 items, so none at 5$/);
    fails("steps.list", /^step "list" has not run here; ask first: has\(steps\.list\)$/, undefined, {
      ...values,
      steps: {} as typeof values.steps,
    });
  });

  it("cannot reach prototypes, constructors or anything of the host", () => {
    const objects = compileExpression("item.constructor", known);
    for (const item of [{}, [], "text", 1, null]) assert.throws(() => objects.evaluate({ item }), ExpressionError);
    assert.equal(objects.evaluate({ item: { constructor: "theirs" } }), "theirs");
    for (const source of [
      "item.__proto__",
      'item["__proto__"]',
      'item["constr" + "uctor"]',
      "item.toString",
      "process.env",
      "globalThis",
      "cel",
      "google",
      'cel.bind(x, "a", x)',
      "type(1)",
      "input.name.constructor",
    ])
      assert.throws(() => evaluate(source, { ...values, item: {} }), ExpressionError, source);
    const made = evaluate('{"__proto__": {"a": 1}, "b": 2}') as { a?: number };
    assert.equal(made.a, undefined);
  });

  it("has no regular expressions and no clock", () => {
    fails('input.name.matches("(a+)+$")', /regular expressions are left out/);
    fails('timestamp("2024-01-01T00:00:00Z")', /times are left out/);
    fails('duration("1s")', /times are left out/);
  });

  it("over lists that are too large for it ends soon, and at the same place each time", () => {
    const big = Array.from({ length: 3_000 }, (_, index) => index);
    const given = { ...values, input: { ...values.input, big } } as typeof values;
    const began = process.cpuUsage().user;
    fails("input.big.map(a, input.big.map(b, input.big.filter(c, c == a)))", /takes too much work/, undefined, given);
    fails("input.big.exists(a, input.big.exists(b, a + b == 0.5))", /takes too much work/, undefined, given);
    assert.ok(process.cpuUsage().user - began < 3_000_000, "took more than 3 s of the processor");
    // What flows really do is far below the limit.
    assert.equal((evaluate("input.big.map(a, a * 2).filter(b, b > 10)", given) as number[]).length, 2_994);
  });

  it("that doubles a text again and again is stopped", () => {
    const doubling = `${"[".repeat(12)}"${"x".repeat(2_000)}"${"].map(a, a + a + a + a)[0]".repeat(12)}`;
    fails(doubling, /takes too much work|too large/);
  });

  it("is bounded in its own length and depth", () => {
    fails(`1${" + 1".repeat(2_000)}`, /longer than 4000 characters/);
    fails(`${"(".repeat(100)}1${")".repeat(100)}`, /cannot be read/);
  });

  it("gives JSON or nothing: no number that JSON cannot hold", () => {
    fails("9007199254740993", /more than JSON numbers can hold/);
    fails("1.0 / 0.0", /Infinity|cannot hold/);
  });
});
