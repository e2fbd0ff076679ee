import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { realOperations } from "../cli/reference.ts";
import { apiText, reachable, tableText } from "./api-text.ts";

const folder = join(import.meta.dirname, "../../../src/sdk");
const operations = reachable(realOperations());
const howToWrite = "write it anew with: TUTTI_TEST_WRITE=1 npm test -- test/unit/sdk/api.test.ts";

function compare(name: string, made: string): void {
  const file = join(folder, name);
  if (process.env["TUTTI_TEST_WRITE"] === "1") writeFileSync(file, made);
  // Not `equal`: a difference of two files of a thousand lines says nothing.
  assert.ok(readFileSync(file, "utf8") === made, `src/sdk/${name} is not what the operations say: ${howToWrite}`);
}

describe("what the SDK knows of the operations", () => {
  it("is their table", () => compare("table.ts", tableText(operations)));

  it("is their types", async () => compare("api.ts", await apiText(operations)));

  it("is about every operation that is for programs", () => assert.ok(operations.length > 30));
});
