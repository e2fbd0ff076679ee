// What a user gets: the packed tarball, installed in an empty folder, runs a flow of the user's own.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";

const runFile = promisify(execFile);
const root = dirname(dirname(import.meta.dirname));

const helloFlow = `import { flow, z } from "tutti";

export default flow({
  name: "hello",
  input: z.object({ name: z.string().default("world") }),
  async run(step, { name }) {
    return step.run("greet", () => ({ text: "Hello, " + name }));
  },
});
`;

describe("the package", { timeout: 180_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), "tutti-package-"));
  let files: readonly string[] = [];

  before(async () => {
    await run(process.execPath, ["start.js", "build"], root);
    const { stdout } = await run("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", folder], root);
    const packed = packResult(stdout);
    files = packed.files.map(({ path }) => path);
    writeFileSync(join(folder, "package.json"), '{ "private": true, "type": "commonjs" }\n');
    await run("npm", ["install", "--prefer-offline", "--ignore-scripts", join(folder, packed.filename)], folder);
    mkdirSync(join(folder, "flows"));
    writeFileSync(join(folder, "flows", "hello.ts"), helloFlow);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it("holds the build, its types, the command, the examples and the docs, and no sources or tests", () => {
    for (const path of [
      "bin/tutti.js",
      "dist/index.js",
      "dist/index.d.ts",
      "dist/sdk/index.d.ts",
      "dist/cli/main.js",
      "docs/errors.md",
      "LICENSE",
    ]) {
      assert.ok(files.includes(path), `${path} is missing from the package`);
    }
    const strangers = files.filter((path) =>
      /^(src|test|runtime|node_modules|\.ci)\/|\.test\.|bootstrap|source-hash/.test(path),
    );
    assert.deepEqual(strangers, []);
  });

  it("runs a flow that imports it by name", async () => {
    const { stdout } = await run("npx", ["--no-install", "tutti", "run", "hello", "--json"], folder);
    const ended = JSON.parse(stdout) as { flow: string; status: string; output: unknown };
    assert.equal(ended.status, "succeeded");
    assert.equal(ended.flow, "hello");
    assert.deepEqual(ended.output, { text: "Hello, world" });
  });

  it("brings the code review along, for any repository", async () => {
    await run("git", ["init", "--quiet", "."], folder);
    const { stdout } = await run("npx", ["--no-install", "tutti", "run", "code-review", "--json"], folder);
    const { status, output } = JSON.parse(stdout) as { status: string; output: { summary: string } };
    assert.equal(status, "succeeded");
    assert.match(output.summary, /no commit yet/);
  });

  it("has a client for other programs", async () => {
    const script =
      'import("tutti/client").then(({ createTutti }) => console.log(typeof createTutti({ url: "http://localhost" }).run.list))';
    const { stdout } = await run(process.execPath, ["-e", script], folder);
    assert.equal(stdout.trim(), "function");
  });

  it("starts the daemon in the background, which answers, runs a flow as it was just changed, and ends", async () => {
    const tutti = (...words: string[]) => run("npx", ["--no-install", "tutti", ...words], folder);
    const { stdout } = await tutti("up", "--detach", "--json", "--port", "0");
    const { url, tokenFile } = JSON.parse(stdout) as { url: string; tokenFile: string };
    try {
      const ask = (headers: Record<string, string>): Promise<Response> => fetch(`${url}/api/host`, { headers });
      assert.equal((await ask({})).status, 401);
      assert.equal((await ask({ authorization: `Bearer ${readFileSync(tokenFile, "utf8").trim()}` })).status, 200);
      for (const word of ["Bye", "Hello"]) {
        writeFileSync(join(folder, "flows", "hello.ts"), helloFlow.replace("Hello", word));
        const ran = JSON.parse((await tutti("run", "hello", "--json")).stdout) as { output: unknown };
        assert.deepEqual(ran.output, { text: `${word}, world` });
      }
    } finally {
      await tutti("down");
    }
    await assert.rejects(fetch(url));
  });

  it("can be imported as a library", async () => {
    const script = 'import("tutti").then(({ flow, z }) => console.log(typeof flow, typeof z.object))';
    const { stdout } = await run(process.execPath, ["-e", script], folder);
    assert.equal(stdout.trim(), "function function");
  });
});

/** With the Node that runs this test first on the path, and none of the settings that npm hands to its scripts. */
function run(command: string, args: readonly string[], cwd: string): Promise<{ stdout: string; stderr: string }> {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(npm_(?!config_(registry|cache|userconfig))|TUTTI_|NODE_)/i.test(name),
  );
  const env = {
    ...Object.fromEntries(inherited),
    PATH: [dirname(process.execPath), process.env["PATH"]].join(delimiter),
  };
  return runFile(command, args, { cwd, env, maxBuffer: 16 * 1024 * 1024 });
}

interface Packed {
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

// npm 10 and 11 print a list; npm 12 prints an object with the package's name as its key.
function packResult(text: string): Packed {
  const parsed = JSON.parse(text) as readonly Packed[] | Readonly<Record<string, Packed>>;
  const [first] = Object.values(parsed);
  assert.ok(first, `npm pack printed ${text}`);
  return first;
}
