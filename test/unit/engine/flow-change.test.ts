import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import { createFlowLoader, type FlowLoader } from "../../../src/engine/flow-loader.ts";
import { until } from "../../support/command.ts";

const flowOf = (value: string, imports = ""): string =>
  `import { flow } from "tutti";\n${imports}\nexport default flow({ name: "say", run: async () => ${value} });\n`;

describe("a flow file that changes", () => {
  it("is read anew with all of the user's files that it imports, and with none of a package", async () => {
    using folder = scratch();
    folder.write(
      "node_modules/counted/package.json",
      `{ "name": "counted", "type": "module", "exports": "./index.js" }`,
    );
    folder.write(
      "node_modules/counted/index.js",
      `globalThis.timesLoaded = (globalThis.timesLoaded ?? 0) + 1;\nexport const times = () => globalThis.timesLoaded;\n`,
    );
    folder.write("deep/inner.ts", `export const inner: string = "one";\n`);
    folder.write(
      "deep/outer.ts",
      `import { inner } from "./inner.ts";\nimport { times } from "counted";\nexport const both = () => [inner, times()];\n`,
    );
    folder.write("flows/say.ts", flowOf("both()", `import { both } from "../deep/outer.ts";`));
    const { loader, changed } = loaderOf(folder.path);
    assert.deepEqual(await said(loader), ["one", 1]);
    folder.write("deep/inner.ts", `export const inner: string = "two, longer";\n`);
    await until("the change is seen", async () => ((await said(loader)) as unknown[])[0] === "two, longer");
    assert.deepEqual(await said(loader), ["two, longer", 1]);
    assert.deepEqual(changed, [join(folder.path, "deep/inner.ts")]);
  });

  it("gives the same flow as long as nothing changes", async () => {
    using folder = scratch();
    folder.write("flows/say.ts", flowOf("1"));
    const { loader, changed } = loaderOf(folder.path);
    const first = await loader.get("say");
    folder.write("flows/other.ts", flowOf("2").replace("say", "other"));
    await loader.get("other");
    assert.equal(await loader.get("say"), first);
    assert.deepEqual(changed, []);
  });

  it("that lacks an import is well as soon as that is there", async () => {
    using folder = scratch();
    folder.write("flows/say.ts", flowOf("late", `import { late } from "../late.ts";`));
    const { loader } = loaderOf(folder.path);
    await assert.rejects(loader.get("say"), { code: "flow.invalid" });
    folder.write("late.ts", `export const late: string = "here";\n`);
    await until("it is found", async () => (await said(loader).catch(() => null)) === "here");
  });

  it("tells the place of an error in it without the address that it was loaded by", async () => {
    using folder = scratch();
    folder.write("flows/say.ts", flowOf("1"));
    const { loader } = loaderOf(folder.path);
    await loader.get("say");
    const file = folder.write("flows/say.ts", `import { flow } from "tutti";\n\nexport default flow({ name: ;\n`);
    const problem = await until(
      "it is broken",
      async () => (await loader.list()).find(({ name }) => name === "say")?.problem,
    );
    assert.equal(problem.code, "flow.syntax");
    assert.ok(problem.message.startsWith(`${file}:3: `), problem.message);
    assert.equal(problem.where, `${file}:3`);
  });
});

async function said(loader: FlowLoader): Promise<unknown> {
  const flow = await loader.get("say");
  return flow.run(undefined as never, undefined as never);
}

function loaderOf(folder: string): { readonly loader: FlowLoader; readonly changed: string[] } {
  const changed: string[] = [];
  return { loader: createFlowLoader({ folder, onChange: (files) => void changed.push(...files) }), changed };
}

function scratch(): { readonly path: string; write(name: string, text: string): string } & Disposable {
  const path = realpathSync(mkdtempSync(join(tmpdir(), "tutti-change-")));
  return {
    path,
    write(name, text) {
      const file = join(path, name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
      return file;
    },
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
}
