// `tutti trace` as a real process, over telemetry that is really stored.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { spanIdOf, traceIdOf } from "../../../src/core/trace.ts";
import { layTelemetry } from "../../support/laid-telemetry.ts";
import { errorOf, Project } from "../../support/project.ts";
import { span } from "../../support/telemetry.ts";

const run = "run_4k7d2mzq01pb";
const traceId = traceIdOf(run);
const attributes = { "tutti.run.id": run };

async function lay(project: Project): Promise<void> {
  const start = (Date.now() - 60_000) * 1_000;
  const root = spanIdOf(run, "");
  await layTelemetry(project.data, {
    spans: [
      span({ trace: 7, name: "GET /health", service: "shop", start: start - 1_000_000 }),
      span({ trace: 1, traceId, spanId: root, name: "run triage", start, durationUs: 2_000_000, attributes }),
      span({
        trace: 1,
        traceId,
        spanId: "c".repeat(16),
        parentId: root,
        name: "chat tiny-chat",
        start: start + 1_000_000,
        durationUs: 1_000_000,
        status: "error",
        statusText: "no model server answers",
        attributes: { ...attributes, "gen_ai.request.model": "ollama/tiny-chat", "gen_ai.prompt": "x".repeat(5_000) },
      }),
    ],
  });
}

describe("tutti trace", { concurrency: 2 }, () => {
  it("lists traces, finds them by what their spans say, and draws one, by its run as well", async () => {
    await using project = new Project();
    await lay(project);
    const names = async (...words: string[]): Promise<readonly string[]> =>
      (await project.json<readonly { name: string }[]>("trace", ...words)).map(({ name }) => name);
    assert.deepEqual(await names("list"), ["run triage", "GET /health"]);
    assert.deepEqual(await names("search", "status:error"), ["run triage"]);
    assert.deepEqual(await names("search", "model:ollama/tiny*", "duration>1s"), ["run triage"]);
    assert.deepEqual(await names("search", "health"), ["GET /health"]);
    const { stdout } = await project.tutti("trace", "get", run);
    assert.match(stdout, /^run triage {2}1 failed 2\.0 s\n/);
    assert.match(stdout, new RegExp(`${traceId}  2 spans, ${run}`));
    assert.match(
      stdout,
      /✓ run triage +2\.0 s {2}█{40}\n {2}✕ chat tiny-chat {2}1\.0 s {2} {20}█{20} {2}no model server/,
    );
    const byTrace = await project.tutti("trace", "get", traceId);
    assert.equal(byTrace.stdout, stdout);
  });

  it("shows a span, and of what is cut how to get the whole", async () => {
    await using project = new Project();
    await lay(project);
    const { stdout } = await project.tutti("trace", "span", run, "cccc");
    assert.match(stdout, /^chat tiny-chat {2}internal error: no model server answers {2}1\.0 s\n/);
    assert.match(stdout, /gen_ai\.prompt {2}x+ … cut, 5 kB in all: --max-bytes 5000/);
  });

  it("says what is wrong: no such trace, a query that cannot be read, a folder in which nothing was traced", async () => {
    await using project = new Project();
    assert.deepEqual(await project.json("trace", "list"), []);
    await lay(project);
    const missing = await project.tutti("trace", "get", "f".repeat(32), "--json");
    assert.deepEqual([missing.code, errorOf(missing).code], [3, "trace.missing"]);
    const wrong = await project.tutti("trace", "search", "refund", "duration>fast", "--json");
    assert.equal(wrong.code, 3);
    assert.match(errorOf(wrong).message, /at character 8: "fast" cannot be compared with duration/);
    assert.match(errorOf(wrong).hint ?? "", /duration>2s/);
  });
});
