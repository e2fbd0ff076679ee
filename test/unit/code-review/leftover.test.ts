import assert from "node:assert/strict";
import { test } from "node:test";
import { findLeftovers } from "../../../examples/code-review/leftover.ts";
import { movedLines } from "../../../examples/code-review/moved.ts";
import { parseMarks } from "../../../examples/code-review/source-mark.ts";
import { glue, leftovers, leftoversOf, patchOf } from "./made-patch.ts";

test("debug prints are found in code, not in strings and comments, and not where printing is the job", () => {
  assert.deepEqual(leftovers("a.ts", "console.log(x);", 'const s = "console.log(x)";', "// console.log(x)"), [
    "1 debug print",
  ]);
  assert.deepEqual(leftovers("cli/a.ts", "console.log(x);", "  debugger;"), ["2 debugger stop"]);
  assert.deepEqual(leftovers("a.py", "print(x)", "breakpoint()", "blueprint(x)"), ["1 debug print", "2 debugger stop"]);
  assert.deepEqual(leftovers("a.rs", "dbg!(x);", "fn f<'a>(x: &'a str) {}", 'println!("{:?}", x);'), [
    "1 debug print",
    "3 debug print",
  ]);
  assert.deepEqual(leftovers("a.rs", 'println!("usage");'), []);
  assert.deepEqual(leftovers("a.go", 'fmt.Println("x", x)'), ["1 debug print"]);
  assert.deepEqual(leftovers("A.java", "System.out.println(x);"), ["1 debug print"]);
  assert.deepEqual(leftovers("a.py", 'print("x", file=log)'), []);
  assert.deepEqual(leftovers("notes.md", "console.log(x)"), []);
});

test("strings and comments over several lines hold no code", () => {
  const template = ["const s = `", "console.log(1);", "`;", "console.log(2);"];
  assert.deepEqual(leftovers("a.ts", ...template), ["4 debug print"]);
  // What opens it may be unchanged.
  assert.deepEqual(leftovers("a.ts", ` \t${template[0]}`, ...template.slice(1)), ["4 debug print"]);
  assert.deepEqual(leftovers("a.ts", "/*", "console.log(1);", "*/ console.log(2);"), ["3 debug print"]);
  assert.deepEqual(leftovers("a.ts", "x.replace(/`/g, y);", "console.log(1);"), ["2 debug print"]);
  assert.deepEqual(leftovers("a.ts", "const n = a / b; // `", "console.log(1);"), ["2 debug print"]);
  assert.deepEqual(leftovers("a.py", '"""Doc', "print(1)", '"""', "print(2)"), ["4 debug print"]);
  assert.deepEqual(leftovers("a.py", "    >>> print(1)", "print('''", "print(2)", "''')"), ["2 debug print"]);
});

test("programs and the helpers of tests may print; tests and code may not", () => {
  const prints = patchOf("src/a.py", "print(1)", "print(2)");
  assert.equal(leftoversOf([prints]).length, 2);
  assert.deepEqual(leftoversOf([prints], "src/a.py:1:import argparse"), []);
  assert.deepEqual(leftoversOf([prints], "src/a.py:2:__name__ == '__main__'"), ["low src/a.py:1 debug print"]);
  assert.deepEqual(leftoversOf([prints], "src/a.py:1:#!"), []);
  // Further down it is no first line but some text.
  assert.equal(leftoversOf([prints], "src/a.py:2:#!").length, 2);
  assert.equal(leftoversOf([prints], "src/b.py:1:import argparse").length, 2);
  for (const path of ["scripts/a.js", "examples/a.js", "test/support/a.js", "test/fixtures/a.js", "bin/a.js"])
    assert.deepEqual(leftovers(path, "console.log(1)"), [], path);
  assert.deepEqual(leftovers("test/a.test.js", "console.log(1)"), ["1 debug print"]);
});

test("what a tool wrote is nobody's leftover", () => {
  const made = patchOf("src/a.ts", "console.log(1); // TODO x");
  assert.equal(leftoversOf([made]).length, 2);
  assert.deepEqual(leftoversOf([made], "src/a.ts:1:DO NOT EDIT"), []);
  assert.equal(leftoversOf([made], "src/a.ts:21:DO NOT EDIT").length, 2);
  for (const path of ["dist/a.js", "vendor/a.go", "node_modules/x/a.js", "a.min.js", "a.pb.go"])
    assert.deepEqual(leftovers(path, "console.log(1) // TODO"), [], path);
});

test("many of a kind in one file are one finding that names the lines", () => {
  const patch = patchOf("a.ts", ...Array.from({ length: 12 }, () => "console.log(1)"));
  const [only, ...rest] = findLeftovers(patch, { marks: parseMarks(""), moved: movedLines([]) });
  assert.equal(rest.length, 0);
  assert.match(only?.detail ?? "", /^12 places \(lines 1, 2, 3, 4, 5, 6, 7, 8 and 4 more\)/);
});

test("focused and switched-off tests count in tests only", () => {
  const focused = "focused test: the others do not run";
  assert.deepEqual(leftovers("a.test.ts", 'it.only("x", f)', "fdescribe(", "model.fit(", "test(n, { only: true })"), [
    `1 ${focused}`,
    `2 ${focused}`,
    `4 ${focused}`,
  ]);
  assert.deepEqual(leftovers("a.ts", 'it.only("x", f)', 'it.skip("x", f)'), []);
  assert.deepEqual(leftovers("a_test.go", 'FIt("x", f)'), [`1 ${focused}`]);
  assert.deepEqual(leftovers("a.feature", "@focus", "Scenario: x"), [`1 ${focused}`]);
  assert.deepEqual(leftovers("spec/a_spec.rb", "fit 'x' do", "it 'y', :focus do"), [`1 ${focused}`, `2 ${focused}`]);
  assert.deepEqual(leftovers("a.test.ts", 'it.skip("x", f)', "test.skip(isWindows)"), ["1 test switched off"]);
  assert.deepEqual(leftovers("test_a.py", "@pytest.mark.skip", "@pytest.mark.skipif(x)"), ["1 test switched off"]);
});

test("words that ask for more work count in comments", () => {
  assert.deepEqual(leftovers("a.ts", "x(); // TODO: later", "const TODO = 1;", 'open("http://x/FIXME")'), [
    "1 TODO added",
  ]);
  assert.deepEqual(leftovers("a.py", "x = 1  # FIXME it's wrong"), ["1 FIXME added"]);
});

test("what was moved or edited was not added", () => {
  const todo = "// TODO: tidy up";
  const from = patchOf("old.ts", `-\t  ${todo}`);
  assert.deepEqual(leftoversOf([from, patchOf("new.ts", todo)]), []);
  // As often as it was taken away, and no more.
  assert.deepEqual(leftoversOf([from, patchOf("new.ts", todo, todo)]), ["low new.ts:2 TODO added"]);
  assert.deepEqual(leftoversOf([from, patchOf("new.ts", "// TODO: another")]), ["low new.ts:1 TODO added"]);
  assert.deepEqual(leftovers("a.ts", "-\t// TODO: teh thing", "// TODO: the thing"), []);
  assert.deepEqual(leftovers("a.ts", "-\tconsole.log(a)", "console.log(b)", "console.log(c)"), ["2 debug print"]);
});

test("a conflict is one finding at its first mark; a quotation or an underlined heading is none", () => {
  const [open, close] = [glue("<<<<<", "<<"), glue(">>>>", ">>>")];
  const conflict = ["a", `${open} HEAD`, "b", "=======", "c", `${close} topic`];
  assert.deepEqual(leftoversOf([patchOf("a.c", ...conflict)]), ["high a.c:2 conflict marker"]);
  assert.deepEqual(leftoversOf([patchOf("docs/merge.md", ...conflict)]), ["medium docs/merge.md:2 conflict marker"]);
  assert.deepEqual(leftovers("a.c", `${close} topic`), ["1 conflict marker"]);
  assert.deepEqual(leftovers("a.md", `${close} quoted often`), []);
  assert.deepEqual(leftovers("a.rst", "Title", "======="), []);
});

test("characters that reorder text are found anywhere", () => {
  assert.deepEqual(leftovers("a.txt", "if (x) {\u202e"), ["1 hidden character that reorders text"]);
});
