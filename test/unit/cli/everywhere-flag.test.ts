import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { settingWords, takeEverywhereFlags } from "../../../src/cli/everywhere-flag.ts";

describe("the flags of every command", () => {
  it("are taken out wherever they stand", () => {
    const words = ["--dir", "a", "run", "--yes", "hello", "--set", "x.y=1", "--dir=b", "--set=x.z=a=b", "--json"];
    assert.deepEqual(takeEverywhereFlags(words), {
      rest: ["run", "hello", "--json"],
      folders: ["a", "b"],
      settings: { "x.y": "1", "x.z": "a=b" },
      mayAsk: false,
      isSure: true,
    });
    assert.equal(takeEverywhereFlags(["init"]).mayAsk, true);
    const { mayAsk, isSure } = takeEverywhereFlags(["init", "--no-input"]);
    assert.deepEqual([mayAsk, isSure], [false, false], "not to be asked is no yes");
  });

  it("are left alone behind --", () => {
    const words = ["run", "--", "--dir", "a", "--yes"];
    assert.deepEqual(takeEverywhereFlags(words).rest, words);
  });

  it("are refused without their values", () => {
    for (const words of [["run", "--dir"], ["--set"], ["--set", "x"], ["--set", "=1"], ["--dir", "--", "x"]]) {
      assert.throws(() => takeEverywhereFlags(words), { code: "usage.invalid" }, words.join(" "));
    }
  });

  it("are handed on to a process that is started", () => {
    const settings = { "x.y": "1 2", "x.z": "a=b" };
    assert.deepEqual(takeEverywhereFlags(settingWords(settings)).settings, settings);
  });
});
