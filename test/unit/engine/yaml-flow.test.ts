import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { z } from "zod";
import { TuttiError } from "../../../src/core/error.ts";
import { createFlowLoader } from "../../../src/engine/flow-loader.ts";
import { flowFileSchema } from "../../../src/engine/yaml/flow-schema.ts";
import { parseYamlFlow } from "../../../src/engine/yaml/yaml-flow.ts";

const parse = (text: string, file = "flows/f.yaml") => parseYamlFlow(text, file);

/** The lines of the error, without the file. */
function mistakes(text: string): string[] {
  try {
    parse(text);
  } catch (error) {
    assert.ok(error instanceof TuttiError, String(error));
    return error.message.split("\n").map((line) => line.replace("flows/f.yaml:", ""));
  }
  return [];
}

const step = "steps: [{ name: a, set: 1 }]\n";

describe("a YAML flow", () => {
  it("has a name, a description, a version and limits; its name is its file's unless it has one", () => {
    const { name, description, version, concurrency, deadline } = parse(
      `name: notes\ndescription: Takes notes\nversion: 3\nconcurrency: 2\ndeadline: 10m\n${step}`,
    );
    assert.deepEqual([name, description, version, concurrency, deadline], ["notes", "Takes notes", "3", 2, "10m"]);
    assert.equal(parse(step, "/x/flows/take-notes.yml").name, "take-notes");
  });

  it("makes a schema of its input: types, defaults, descriptions, lists, objects, choices", () => {
    const { input } = parse(`input:
  last: { type: int, default: 5, minimum: 1, description: How many }
  who: string
  tags: list<string>
  loud: boolean?
  kind: { enum: [a, b], default: a }
  place: { type: object, properties: { city: string, zip: "string?" }, optional: true }
${step}`);
    assert.ok(input instanceof z.ZodObject);
    assert.deepEqual(input.parse({ who: "Ada", tags: ["x"] }), { last: 5, who: "Ada", tags: ["x"], kind: "a" });
    const wrong = [
      { tags: [] },
      { who: "a", tags: [1] },
      { who: "a", tags: [], last: 0 },
      { who: "a", tags: [], kind: "c" },
    ];
    for (const value of [...wrong, { who: "a", tags: [], place: { zip: "1" } }, { who: "a", tags: [], last: 1.5 }])
      assert.ok(!input.safeParse(value).success, JSON.stringify(value));
    const { properties, required } = z.toJSONSchema(input, { io: "input" }) as {
      properties: Record<string, { type: string; description?: string; default?: unknown }>;
      required: string[];
    };
    assert.deepEqual([properties["last"]?.description, properties["last"]?.default], ["How many", 5]);
    assert.deepEqual([properties["who"]?.type, required.toSorted()], ["string", ["tags", "who"]]);
  });

  it("takes an agent, a tool and its values as they are checked at its load", () => {
    assert.deepEqual(
      mistakes(`steps:
  - name: a
    agent: { use: { instructions: Help., tools: [read_file] }, prompt: "\${{ 1 + 1 }}" }
  - name: b
    shell: { argv: "\${{ [1, 2] }}", timeout: "\${{ 5 }}", env: { A: "\${{ 1 }}" } }
  - name: c
    map: { items: "\${{ steps.b.stdout.split('x') }}", concurrency: "\${{ 2 }}", steps: [{ name: d, set: "\${{ item }}\${{ index }}" }] }
`),
      [],
    );
  });
});

describe("a YAML flow with mistakes", () => {
  it("is told all of them at once, each with line, column and the nearest name", () => {
    assert.deepEqual(
      mistakes(`nme: x
input: { last: imt }
steps:
  - name: a
    shel: [git]
  - name: b
    model: { promt: hi, options: { temprature: 1, seed: x } }
  - name: c
    model: |
      About \${{ steps.bb.text }}
      and \${{ input.lst }}
output: \${{ steps.c.text + }}
`),
      [
        '1:1: "nme" is not a key of this; did you mean "name"?',
        '2:10: "imt" is not a type; did you mean "int"? Types: string, int, number, boolean, list, object, any; "int?" may be left out, "list<string>" is a list of texts.',
        '5:5: "shel" is not a kind of step; did you mean "shell"? Kinds: shell, model, agent, tool, review, sleep, waitFor, emit, flow, fail, supervise, handoff, vote, refine, plan, set, if, map, parallel, race, try, route.',
        "7:5: a model step needs a prompt or messages",
        '7:14: "promt" is not a key of this; did you mean "prompt"? Keys here: prompt, system, messages, model, options, optional, output, onOverflow, timeout.',
        '7:36: "temprature" is not a key of this; did you mean "temperature"? Keys here: numCtx, maxTokens, temperature, seed, topP, stop, think.',
        '7:51: options.seed must be a number, not "x"',
        '10:17: there is no step "bb" before this one (there are: b)',
        '11:15: the flow has no input "lst"; did you mean "last"?',
        "12:28: the expression cannot be read: Unexpected token: the end",
      ],
    );
  });

  for (const [what, text, message] of [
    ["no YAML", "steps: [", /^1:9: Flow sequence in block collection|1:9: .*end/],
    ["a key twice", `${step}steps: []\n`, /^2:1: Map keys must be unique/],
    ["an expression without quotes in a list", "steps:\n  - name: a\n    shell: [echo, ${{ 1 }}]\n", /^3:/],
    ["nothing in it", "", /^1:1: it holds no flow/],
    ["no steps", "name: x\n", /must be a list with at least one step/],
    ["a step of no kind", "steps: [{ name: a }]", /the step does nothing/],
    ["a step of two kinds", "steps: [{ name: a, set: 1, shell: [ls] }]", /is of one kind: this one is set and shell/],
    ["a step without a name", "steps: [{ shell: [ls] }]", /the shell step has no name/],
    ["a name twice", "steps: [{ name: a, set: 1 }, { name: a, set: 2 }]", /there is a step "a" before/],
    [
      "a name twice in parallel",
      "steps: [{ parallel: { x: [{ name: a, set: 1 }], y: [{ name: a, set: 2 }] } }]",
      /two branches have a step "a"/,
    ],
    [
      "a line for a shell",
      "steps: [{ name: a, shell: git log }]",
      /1:20: argv must be the program and its arguments as a list/,
    ],
    [
      "an expression in a shell's script",
      'steps: [{ name: a, shell: [bash, -lc, "ls ${{ 1 }}"] }]',
      /1:39: an expression inside of a shell's script/,
    ],
    ["an expression without an end", 'steps: [{ name: a, set: "${{ 1" }]', /an expression has no end/],
    ["an empty expression", 'steps: [{ name: a, set: "${{ }}" }]', /the expression is empty/],
    ["a default of another type", `input: { n: { type: int, default: x } }\n${step}`, /the default is not of the type/],
    [
      "a step that is named before it has run",
      'steps: [{ name: a, set: "${{ steps.b }}" }, { name: b, set: 1 }]',
      /no step "b" before this one/,
    ],
    [
      "a step of another branch",
      'steps: [{ parallel: { x: [{ name: a, set: 1 }], y: [{ name: b, set: "${{ steps.a }}" }] } }]',
      /no step "a" before/,
    ],
    [
      "a step of a loop outside of it",
      'steps: [{ name: m, map: { items: [1], steps: [{ name: a, set: 1 }] } }, { name: b, set: "${{ steps.a }}" }]',
      /no step "a" before/,
    ],
    ["an item outside of a loop", 'steps: [{ name: a, set: "${{ item }}" }]', /there is no "item" here/],
    ["a try alone", "steps: [{ try: [{ name: a, set: 1 }] }]", /a "try" needs a "catch" or a "cleanup"/],
    [
      "a condition that is no expression",
      "steps: [{ if: 3, then: [{ name: a, set: 1 }] }]",
      /a condition must be an expression/,
    ],
    ["a name that no flow may have", `name: list\n${step}`, /1:1: "list" cannot be a flow's name/],
    [
      "a step that is called like a part of every object",
      "steps: [{ name: constructor, set: 1 }]",
      /cannot be the name of a step/,
    ],
    ["a field that is", `input: { constructor: string }\n${step}`, /cannot be the name of a field/],
    [
      "a deadline that is none",
      "steps: [{ try: [{ name: a, set: 1 }], cleanup: [{ name: b, set: 1 }], deadline: soon }]",
      /must be a duration/,
    ],
    ["an expression for a key", 'steps: [{ name: a, set: { "${{ 1 }}": 2 } }]', /an expression cannot be a key/],
    ["a route without branches", "steps: [{ name: a, route: { prompt: x } }]", /a route needs branches/],
    ["a duration that is none", "steps: [{ name: a, sleep: soon }]", /1:20: for must be a duration/],
    [
      "a default that is no branch",
      "steps: [{ name: a, route: { prompt: x, branches: { good: {}, bad: {} }, default: god } }]",
      /1:73: there is no branch "god"; did you mean "good"\?/,
    ],
    [
      "a default that is no choice",
      "steps: [{ name: a, vote: { prompt: x, choices: [a, b], default: c } }]",
      /1:56: there is no choice "c"; there are: a, b/,
    ],
    [
      "an agent to begin with that there is not",
      "steps: [{ name: a, handoff: { prompt: x, agents: { x: { agent: x } }, start: z } }]",
      /1:71: there is no agent "z"; there are: x/,
    ],
  ] as const) {
    it(`says so of ${what}`, () => assert.match(mistakes(text)[0] ?? "it was taken", message));
  }

  it("says how to write an expression where YAML is in its way", () => {
    assert.throws(() => parse("steps:\n  - name: a\n    shell: [echo, ${{ 1 }}]\n"), {
      code: "flow.syntax",
      hint: /into quotes/,
    });
  });

  for (const [what, text, message] of [
    ["an alias that holds itself", "steps:\n  - name: a\n    set: &a [1, *a]\n", /:3:17: an alias holds itself/],
    ["an alias of nothing", "steps:\n  - name: a\n    set: *b\n", /:3:10: there is no anchor &b before this alias/],
    ["a second document", `${step}---\n${step}`, /:2:1: a file holds one flow, and here a second document begins/],
  ] as const) {
    it(`says the place of ${what}`, () => assert.throws(() => parse(text), { code: "flow.syntax", message }));
  }

  it("leaves a name alone that only a run knows", () => {
    const vote = "vote: { prompt: x, choices: ['${{ input.n }}', b], default: c }";
    assert.deepEqual(mistakes(`input: { n: string }\nsteps: [{ name: a, ${vote} }]`), []);
  });

  it("is refused where its aliases would fill the memory, its nesting the stack, or its length both", () => {
    const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${"bcdefghi"
      .split("")
      .map((key, at) => `${key}: &${key} [${Array(9).fill(`*${"abcdefghi"[at]}`).join(",")}]`)
      .join("\n")}`;
    const self = "steps: &s [*s]";
    for (const text of [bomb, self, "[".repeat(50_000), `description: ${"x".repeat(1_000_001)}`]) {
      const began = process.cpuUsage().user;
      assert.throws(() => parse(text), { code: "flow.syntax" });
      assert.ok(process.cpuUsage().user - began < 5_000_000, `${text.slice(0, 20)} took more than 5 s`);
    }
  });

  it("may share parts by anchors", () => {
    const text =
      "steps:\n  - { name: a, model: { prompt: x, options: &few { maxTokens: 5 } } }\n  - { name: b, model: { prompt: y, options: *few } }\n";
    assert.deepEqual(mistakes(text), []);
    assert.match(mistakes(text.replace("maxTokens", "maxToken"))[0] ?? "", /"maxToken" is not a key/);
  });
});

describe("flows/*.yaml", () => {
  const folder = mkdtempSync(join(tmpdir(), "tutti-yaml-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, "flows"));
  writeFileSync(join(folder, "flows", "good.yaml"), `description: A good one\n${step}`);
  writeFileSync(join(folder, "flows", "other.yml"), `name: renamed\n${step}`);
  writeFileSync(join(folder, "flows", "broken.yaml"), "steps: [{ name: a, sett: 1 }]\n");

  it("are found by name or path, and listed with what is wrong with them", async () => {
    const loader = createFlowLoader({ folder });
    const list = await loader.list();
    assert.deepEqual(
      list.map(({ name, problem }) => [name, problem?.code ?? null]),
      [
        ["broken", "flow.invalid"],
        ["good", null],
        ["renamed", null],
      ],
    );
    assert.match(
      list[0]?.problem?.message ?? "",
      /broken\.yaml:1:20: "sett" is not a kind of step; did you mean "set"\?/,
    );
    assert.equal((await loader.get("good")).description, "A good one");
    assert.equal((await loader.get("renamed")).name, "renamed");
    assert.equal((await loader.get("flows/other.yml")).name, "renamed");
    await assert.rejects(loader.get("broken"), { code: "flow.invalid" });
    await assert.rejects(loader.get("gone.yaml"), { code: "flow.missing" });
  });
});

describe("docs/flow.schema.json", () => {
  const path = join(import.meta.dirname, "../../../docs/flow.schema.json");

  it("is what the compiler checks with", () => {
    const made = JSON.parse(JSON.stringify(flowFileSchema())) as unknown;
    if (process.env["TUTTI_TEST_WRITE"] === "1") writeFileSync(path, `${JSON.stringify(made, null, 2)}\n`);
    const again =
      "write it anew with: TUTTI_TEST_WRITE=1 npm test -- test/unit/engine/yaml-flow.test.ts, then npm run format -- docs";
    assert.deepEqual(JSON.parse(readFileSync(path, "utf8")), made, again);
  });

  it("knows every kind of step, and the keys of each", () => {
    const schema = flowFileSchema() as {
      definitions: { step: { properties: Record<string, object>; oneOf: { required: string[] }[] } };
    };
    const { properties, oneOf } = schema.definitions.step;
    const kinds = oneOf.flatMap(({ required }) => required);
    assert.deepEqual(
      kinds.filter((key) => !properties[key]),
      [],
    );
    const hint = new RegExp(`^Kinds: ${kinds.join(", ")}\\.$`);
    assert.throws(() => parse("steps: [{ name: a }]"), { hint });
  });

  it("has a head in each example that leads an editor to it", () => {
    const examples = join(import.meta.dirname, "../../../examples/patterns");
    for (const file of readdirSync(examples).filter((name) => name.endsWith(".yaml")))
      assert.match(
        readFileSync(join(examples, file), "utf8"),
        /^# yaml-language-server: \$schema=\.\.\/\.\.\/docs\/flow\.schema\.json\n/,
      );
  });
});
