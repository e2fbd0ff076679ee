// OpenTelemetry between real processes: an SDK, one `tutti up`, another, and a stock collector.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { describe, it } from "node:test";
import { OTLPLogExporter } from "@opentelemetry/exporter-logs-otlp-proto";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { LoggerProvider, SimpleLogRecordProcessor } from "@opentelemetry/sdk-logs";
import { SimpleSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import type { ClaudeView } from "../../src/observability/claude/view.ts";
import { until } from "../support/command.ts";
import { startUp, type UpLine } from "../support/daemon.ts";
import { errorOf, Project } from "../support/project.ts";
import { claudeEvents } from "../support/claude-telemetry.ts";

const tokenOf = (line: UpLine): string => readFileSync(line.tokenFile, "utf8").trim();

async function scrape(up: UpLine): Promise<string> {
  const response = await fetch(`${up.url}/metrics`, { headers: { authorization: `Bearer ${tokenOf(up)}` } });
  return response.text();
}

/** What Claude Code reads of its environment: where to send, and with which headers. */
function targetOf(env: Readonly<Record<string, string>>, path: string) {
  const [name = "", value = ""] = (env["OTEL_EXPORTER_OTLP_HEADERS"] ?? "").split("=");
  return { url: `${env["OTEL_EXPORTER_OTLP_ENDPOINT"]}${path}`, headers: { [name]: value } };
}

describe("tutti claude env", () => {
  it("names the daemon that runs, in the words of each shell, and what is sent there is shown", async () => {
    await using project = new Project();
    const { line } = await startUp(project);
    const { env } = await project.json<{ env: Record<string, string> }>("claude", "env");
    assert.equal(env["OTEL_EXPORTER_OTLP_ENDPOINT"], line.url);
    assert.equal(env["OTEL_EXPORTER_OTLP_PROTOCOL"], "http/json");
    assert.deepEqual(
      Object.keys(env).filter((name) => name.startsWith("OTEL_LOG_")),
      [],
      "no content is asked for",
    );

    const bash = await project.tutti("claude", "env", "--shell", "bash");
    assert.match(
      bash.stdout,
      new RegExp(`^export OTEL_EXPORTER_OTLP_HEADERS='Authorization=Bearer ${tokenOf(line)}'$`, "m"),
    );
    assert.match(bash.stdout, /^# .*OTEL_LOG_USER_PROMPTS/m);
    assert.equal(bash.stderr, "");
    assert.match(
      (await project.tutti("claude", "env", "--shell", "fish")).stdout,
      /^set -gx OTEL_LOGS_EXPORTER 'otlp'$/m,
    );
    const powershell = await project.tutti("claude", "env", "--shell", "powershell");
    assert.match(powershell.stdout, /^\$env:OTEL_LOGS_EXPORTER = 'otlp'$/m);

    const { url, headers } = targetOf(env, "/v1/logs");
    const body = JSON.stringify(claudeEvents({ session: "s-1", at: Date.now() - 60_000, temporality: "cumulative" }));
    const sent = await fetch(url, {
      method: "POST",
      headers: { ...headers, "content-type": "application/json" },
      body,
    });
    assert.equal(sent.status, 200);
    const view = await project.json<ClaudeView>("claude", "show");
    assert.deepEqual(
      view.sessions.map(({ id, prompts }) => [id, prompts]),
      [["s-1", 2]],
    );
    const shown = await project.tutti("claude", "show");
    assert.match(shown.stdout, /1 session, 2 prompts, 2 tool calls \(1 failed\)/);
    assert.match(shown.stdout, /Bash +1 +1/);
  });

  it("warns where no daemon runs, and names the one that will", async () => {
    await using project = new Project();
    project.write("tutti.yaml", "server:\n  port: 4319\n");
    const { code, stdout, stderr } = await project.tutti("claude", "env");
    assert.equal(code, 0);
    assert.match(stdout, /^export OTEL_EXPORTER_OTLP_ENDPOINT='http:\/\/127\.0\.0\.1:4319'$/m);
    assert.match(stderr, /No daemon runs here/);
    assert.match((await project.tutti("claude", "show")).stdout, /has told nothing.*tutti claude env/);
    const unknown = errorOf(await project.tutti("claude", "env", "--set", "server.port=0", "--json"));
    assert.equal(unknown.code, "usage.invalid");
  });
});

describe("tutti up as a collector", () => {
  it("keeps what an SDK sends in JSON and protobuf, and sends its own on to another one, not what it was sent", async () => {
    await using far = new Project();
    const { line: collector } = await startUp(far);
    await using near = new Project({ env: { COLLECTOR_TOKEN: tokenOf(collector) } });
    near.flow("hello", `return step.run("greet", () => "hi");`);
    near.write(
      "tutti.yaml",
      `otlp:\n  endpoint: ${collector.url}\n  headers:\n    authorization: Bearer \${COLLECTOR_TOKEN}\n`,
    );
    const { line } = await startUp(near);
    const headers = { authorization: `Bearer ${tokenOf(line)}` };
    const resource = resourceFromAttributes({ "service.name": "shop" });
    const spans = new SimpleSpanProcessor({
      exporter: new OTLPTraceExporter({ url: `${line.url}/v1/traces`, headers }),
    });
    const provider = new TracerProvider({ resource, spanProcessors: [spans] });
    provider.getTracer("cashier").startSpan("pay").end();
    await provider.shutdown();
    const exporter = new OTLPLogExporter({ url: `${line.url}/v1/logs`, headers });
    const logs = new LoggerProvider({ resource, processors: [new SimpleLogRecordProcessor({ exporter })] });
    logs.getLogger("cashier").emit({ severityNumber: 9, body: "claude", attributes: { "event.name": "paid" } });
    await logs.shutdown();

    const here = await scrape(line);
    assert.match(here, /^tutti_otlp_records_total\{signal="traces",outcome="accepted"\} 1$/m);
    assert.match(here, /^tutti_otlp_records_total\{signal="logs",outcome="accepted"\} 1$/m);
    // What it tells of itself stands beside what the other says of its own.
    const wanted = [
      /^tutti_build_info\{.*job="tutti".*\} 1$/m,
      /^tutti_build_info\{version="[^"]+"\} 1$/m,
      /^tutti_otlp_records_total\{signal="metrics",outcome="accepted"\} \d+$/m,
    ];
    const there = await until("its figures have come", async () => {
      const text = await scrape(collector);
      return wanted.every((line) => line.test(text)) && text;
    });
    assert.doesNotMatch(there, /job="shop"/);

    const { id } = await near.json<{ id: string }>("run", "hello");
    const arrived = await until("the spans of a run have come", async () => {
      const traces = await far.call<{ name: string; run: string | null }[]>("trace.list");
      return traces.some(({ run }) => run === id) && traces;
    });
    assert.deepEqual(
      arrived.filter(({ name }) => name === "pay"),
      [],
    );
  });
});

// The collector of OpenTelemetry is no package that npm or Debian has; docs/observability.md says how it was built.
const stockCollector = process.env["TUTTI_TEST_OTELCOL"] || undefined;
const skip = stockCollector === undefined && "TUTTI_TEST_OTELCOL does not name a collector";

describe("OpenTelemetry's own collector", { skip }, () => {
  it("takes what Tutti sends on, and sends it to another Tutti", async () => {
    await using far = new Project();
    const { line: end } = await startUp(far);
    await using near = new Project();
    const port = await freePort();
    near.write("collector.yaml", collectorConfig(port, end));
    const collector = spawn(stockCollector ?? "", ["--config", `file:${near.path("collector.yaml")}`]);
    const ended = once(collector, "exit");
    try {
      near.write("tutti.yaml", `otlp:\n  endpoint: http://127.0.0.1:${port}\n`);
      await until("the collector listens", () =>
        fetch(`http://127.0.0.1:${port}/`).then(
          () => true,
          () => false,
        ),
      );
      const { line } = await startUp(near);
      const headers = { authorization: `Bearer ${tokenOf(line)}`, "content-type": "application/json" };
      const body = JSON.stringify(claudeEvents({ session: "s-1", at: Date.now(), temporality: "delta" }));
      assert.equal((await fetch(`${line.url}/v1/logs`, { method: "POST", headers, body })).status, 200);
      const came =
        /^tutti_otlp_records_total\{.*job="tutti".*signal="logs".*\} 9$|^tutti_otlp_records_total\{.*signal="logs".*job="tutti".*\} 9$/m;
      await until("its figures have come through", async () => came.test(await scrape(end)), { withinMs: 100_000 });
    } finally {
      collector.kill();
      await ended;
    }
  });
});

function collectorConfig(port: number, end: UpLine): string {
  const exporter = { endpoint: end.url, headers: { authorization: `Bearer ${tokenOf(end)}` } };
  const pipeline = { receivers: ["otlp"], exporters: ["otlphttp"] };
  return JSON.stringify({
    receivers: { otlp: { protocols: { http: { endpoint: `127.0.0.1:${port}` } } } },
    exporters: { otlphttp: exporter },
    service: {
      telemetry: { metrics: { level: "none" } },
      pipelines: { traces: pipeline, metrics: pipeline, logs: pipeline },
    },
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}
