import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import { errorCatalogue, isErrorCode, TuttiError } from "../src/core/error.ts";
import { toWireError } from "../src/sdk/wire.ts";

describe("docs/errors.md", () => {
  const page = readFileSync(join(dirname(import.meta.dirname), "docs", "errors.md"), "utf8");
  const rows = [...page.matchAll(/^\| <a id="\w+\.\w+"><\/a>`([a-z]+\.[a-z_]+)` \| (.+) \| (.+) \|$/gm)];
  const documented = rows.map(([, code = ""]) => code);
  const known = Object.keys(errorCatalogue);
  const errorCodes = known.filter(isErrorCode);

  it("lists every code of the catalogue", () => {
    const missing = known.filter((code) => !documented.includes(code));
    assert.deepEqual(missing, [], `add a row to docs/errors.md for: ${missing.join(", ")}`);
  });

  it("lists no code that the catalogue does not have", () => {
    const unknown = documented.filter((code) => !known.includes(code));
    assert.deepEqual(unknown, [], `remove from docs/errors.md, or add to src/core/error.ts: ${unknown.join(", ")}`);
  });

  it("lists each code once and has no row that this test cannot read", () => {
    assert.equal(new Set(documented).size, documented.length);
    assert.equal(page.match(/^\| [`<]/gm)?.length, rows.length);
  });

  it("has a place for each that an error's `docs` points to", () => {
    for (const code of errorCodes) {
      const { docs } = toWireError(new TuttiError(code, "what happened"));
      assert.ok(page.includes(`<a id="${docs.split("#")[1]}"></a>\`${code}\``), docs);
    }
  });

  it("says what to do about each", () => {
    for (const [, code, meaning, remedy] of rows) {
      assert.ok(meaning?.endsWith(".") && remedy?.endsWith("."), `${code}: whole sentences, please`);
    }
  });
});
