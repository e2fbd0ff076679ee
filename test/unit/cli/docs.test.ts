import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { describe, it } from "node:test";
import { z } from "zod";
import { readConfig } from "../../../src/app.ts";
import { commandIndex } from "../../../src/cli/command-index.ts";
import { exitCodeMeanings, exitCodes } from "../../../src/cli/exit-code.ts";
import { describeConfig } from "../../../src/config/describe.ts";
import { runStatuses, stepStatuses } from "../../../src/core/step.ts";
import { toWireError } from "../../../src/sdk/wire.ts";
import {
  commonFlags,
  describeCommands,
  howToWrite,
  readPage,
  realOperations,
  writePageWhereAsked,
} from "./reference.ts";

const mark = "<!-- From here on this page is made from the program by test/unit/cli/docs.test.ts. -->";

describe("docs/cli.md", () => {
  it("lists every command with its arguments, flags and examples, and no other", () => {
    const [byHand = ""] = readPage("cli.md").split(mark);
    const expected = `${byHand}${mark}\n\n${describeCommands()}`;
    writePageWhereAsked("cli.md", expected);
    assert.equal(readPage("cli.md"), expected, howToWrite);
  });

  const page = readPage("cli.md");

  it("lists the flags of every command", () => {
    for (const flag of [...commonFlags, "--dir", "--set", "--yes", "--no-input", "--help"]) {
      assert.match(page, new RegExp(`^\\| .*\`[^\`]*${flag}\\b`, "m"), flag);
    }
  });

  it("has the exit codes that the program has, in its words", () => {
    const meanings = new Map<string, string>(Object.entries(exitCodeMeanings));
    const expected = Object.entries(exitCodes).map(([name, code]) => `| ${code} | ${meanings.get(name)} |`);
    assert.deepEqual(page.match(/^\| \d+ \| .* \|$/gm), expected);
  });

  it("promises the shapes of runs, steps and reviews that the operations give", () => {
    // `run.get` has `context` too, where it is asked for.
    const run = keysOf("run.watch");
    assert.deepEqual(promised("run").toSorted(), run.keys.toSorted());
    assert.deepEqual(
      promised("step").toSorted(),
      Object.keys(run.properties["steps"]?.items?.properties ?? {}).toSorted(),
    );
    assert.deepEqual(promised("review").toSorted(), keysOf("review.show").keys.toSorted());
    assert.deepEqual(promised("listed run").toSorted(), keysOf("run.list").keys.toSorted());
  });

  it("promises the shape of an error that the program gives", () => {
    assert.deepEqual(promised("error"), Object.keys(toWireError(new Error("it broke"))));
  });

  it("names every state", () => {
    const states = (kind: string) => new RegExp(`^States of a ${kind}: (.*)\\.$`, "m").exec(page)?.[1];
    const listed = (names: readonly string[]) => names.map((name) => `\`${name}\``).join(", ");
    assert.equal(states("run"), listed(runStatuses));
    assert.equal(states("step"), listed(stepStatuses));
  });

  it("names only settings that there are", () => {
    const known = readConfig({ folder: "/", environment: {} }).settings.map(({ environment }) => environment);
    const named = page.match(/TUTTI_[A-Z]+_[A-Z_]+\b/g) ?? [];
    assert.deepEqual(
      named.filter((name) => !known.includes(name) && !name.startsWith("TUTTI_TEST_")),
      [],
    );
  });

  /** The keys of `{ … }` behind the words `A run is`. */
  function promised(kind: string): string[] {
    const text = new RegExp(`^An? ${kind} is \`\\{ (.*?) \\}\``, "m").exec(page)?.[1];
    assert.ok(text, `docs/cli.md does not say what a ${kind} is`);
    return text.replace(/: \[.*/, "").split(", ");
  }
});

describe("docs/configuration.md", () => {
  it("is what the sections of the capabilities say", () => {
    const expected = describeConfig(readConfig({ folder: "/", environment: {} }).sections);
    writePageWhereAsked("configuration.md", expected);
    assert.equal(readPage("configuration.md"), expected, howToWrite);
  });
});

describe("README.md", () => {
  const page = readPage("../README.md");

  it("is short enough to be read", () => {
    assert.ok(page.split("\n").length <= 201);
  });

  it("names only commands that there are", () => {
    const known = new Set(commandIndex.map(([name]) => name.replace(/ <.*/, "")));
    const named = [...page.matchAll(/(?:^|`)tutti ([a-z]+)(?: ([a-z-]+))?/gm)];
    assert.ok(named.length > 15, "this test reads the README wrongly");
    for (const [text, first = "", second = ""] of named) {
      const isKnown = known.has(first) || known.has(`${first} ${second}`) || first === "help";
      assert.ok(isKnown, `${text}: there is no such command`);
    }
  });

  it("shows a first flow of ten lines", () => {
    assert.equal(/```ts\n(.*?)```/s.exec(page)?.[1]?.trimEnd().split("\n").length, 10);
  });

  it("has the exit codes, each once", () => {
    const codes = [...page.matchAll(/^\| (\d+) \|/gm)].map(([, code]) => Number(code));
    assert.deepEqual(codes, Object.values(exitCodes));
  });

  it("leads to files that are there", () => {
    const paths = [...page.matchAll(/\]\(([^)#:]+)\)/g)].map(([, path = ""]) => path);
    assert.deepEqual(
      paths.filter((path) => !existsSync(new URL(`../../../${path}`, import.meta.url))),
      [],
    );
  });
});

interface Shape {
  readonly properties: Readonly<Record<string, { readonly items?: Shape }>>;
}

function keysOf(name: string): Shape & { readonly keys: readonly string[] } {
  const operation = realOperations().find((candidate) => candidate.name === name);
  assert.ok(operation, name);
  const schema = z.toJSONSchema(operation.output, { unrepresentable: "any" }) as Shape & { readonly items?: Shape };
  const { properties } = schema.items ?? schema;
  return { properties, keys: Object.keys(properties) };
}
