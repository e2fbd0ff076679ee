import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createOutput } from "../../../src/cli/output.ts";
import { createTerminalText } from "../../../src/cli/terminal-text.ts";
import { columnsOf, cutText } from "../../../src/cli/text-width.ts";

const title = "\u001B]0;owned\u0007";
const nasty = `${title}\u001B[31mred\u009B2J\r\u007F \u202Edesrever`;
const shown = "\\u001b]0;owned\\u0007\\u001b[31mred\\u009b2J\\u000d\\u007f \\u202edesrever";

function said(isTTY: boolean, act: (output: ReturnType<typeof createOutput>) => void): string {
  let text = "";
  const stream = { isTTY, columns: 40, write: (words: string) => (text += words), on: () => undefined };
  act(createOutput({ isQuiet: false, color: "always", environment: {}, streams: { stdout: stream, stderr: stream } }));
  return text;
}

describe("what comes from elsewhere", () => {
  it("is escaped on a terminal, whatever way it is said", () => {
    for (const way of ["data", "say", "complain", "prompt"] as const) {
      assert.equal(said(true, (output) => output[way](nasty)).trimEnd(), shown, way);
    }
    assert.ok(!said(true, (output) => output.live([nasty])).includes(title));
  });

  it("goes into a file or a pipe as it is", () => {
    assert.equal(
      said(false, (output) => output.data(nasty)),
      `${nasty}\n`,
    );
  });

  it("keeps tabs, lines, and the letters of all languages", () => {
    const text = "a\tb\nç 漢字 שלום 👩‍🔧";
    assert.equal(
      said(true, (output) => output.data(text)),
      `${text}\n`,
    );
  });

  it("is still JSON where it is JSON", () => {
    const value = { text: nasty };
    const printed = said(true, (output) => output.data(JSON.stringify(value)));
    assert.deepEqual(JSON.parse(printed), value);
  });
});

describe("the program's own colours", () => {
  it("come through, and do not open the way for those in the text", () => {
    const printed = said(true, (output) => output.say(output.color.bold("a \u001B[31mb")));
    assert.equal(printed, "\u001B[1ma \\u001b[31mb\u001B[22m\n");
    assert.equal(
      said(false, (output) => output.data(output.dataColor.red("x"))),
      "\u001B[31mx\u001B[39m\n",
    );
  });

  it("do not count as columns of a line", () => {
    const text = createTerminalText();
    const { red } = text.colors(true);
    assert.equal(text.asIs(text.cut(red("abc"), 3)), "\u001B[31mabc\u001B[39m");
    assert.equal(text.cut(red("abcd"), 3), "ab…");
  });
});

describe("a text that is cut", () => {
  it("takes no more columns than there are, whatever signs stand before its letters", () => {
    for (const text of [`${"█".repeat(20)}abcdef`, "a ✓ b ✕ c", "漢字abc漢字", "👍🏽 ok 👍🏽 ok", "e\u0301".repeat(9)]) {
      for (let width = 1; width < 30; width++) {
        const cut = cutText(text, width);
        assert.ok(columnsOf(cut) <= width, `${cut} in ${width}`);
        assert.equal(cut.endsWith("…"), columnsOf(text) > width, `${cut} in ${width}`);
      }
    }
  });
});
