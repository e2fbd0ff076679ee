import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import { errorCatalogue } from "../src/core/error.ts";

describe("docs/errors.md", () => {
  const page = readFileSync(join(dirname(import.meta.dirname), "docs", "errors.md"), "utf8");
  const rows = [...page.matchAll(/^\| `([a-z]+\.[a-z_]+)` \| (.+) \| (.+) \|$/gm)];
  const documented = rows.map(([, code = ""]) => code);
  const known = Object.keys(errorCatalogue);

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
    assert.equal(page.match(/^\| `/gm)?.length, rows.length);
  });

  it("says what to do about each", () => {
    for (const [, code, meaning, remedy] of rows) {
      assert.ok(meaning?.endsWith(".") && remedy?.endsWith("."), `${code}: whole sentences, please`);
    }
  });
});
