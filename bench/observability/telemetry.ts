import type { LogRecord, RecordAttributes, SeriesPoint, SpanRecord } from "../../src/observability/record.ts";

/** Numbers that look like chance and are the same in every run. */
export function chance(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

export const spansOfTrace = 10;

const models = ["ollama/llama3.2", "ollama/qwen3:8b", "ollama/gemma3", "ollama/mistral-small"];
const flows = ["triage", "code-review", "release-notes", "invoice", "digest", "translate", "classify", "summary"];
const tools = ["read_file", "search", "run_command", "write_file", "fetch"];
const words = "refund invoice delay order address parcel return price account password login error slow thanks".split(
  " ",
);

interface Making {
  readonly number: number;
  readonly startUs: number;
  readonly random: (below: number) => number;
}

/** A finished trace: three of four are runs of Tutti, the fourth is a turn of Claude Code. Twelve attributes a span. */
export function makeTrace(making: Making): SpanRecord[] {
  return making.number % 4 === 3 ? claudeTurn(making) : flowRun(making);
}

function flowRun({ number, startUs, random }: Making): SpanRecord[] {
  const flow = flows[random(flows.length)] ?? "";
  const run = `run_${id(number, random, 20)}`;
  const common = {
    "tutti.run.id": run,
    "tutti.flow": flow,
    "tutti.run.trigger": number % 3 === 0 ? "schedule" : "cli",
  };
  const make = spanMaker(
    { number, startUs, random },
    { service: "tutti", scope: "tutti", resource: resourceOf("tutti") },
  );
  const hasFailed = random(50) === 0;
  const spans = [
    make({
      name: `run ${flow}`,
      status: hasFailed ? "error" : "ok",
      attributes: { ...common, ...step("", "run", random) },
    }),
  ];
  for (let turn = 0; turn < 3; turn++) {
    const key = `agent/turn ${turn + 1}`;
    const attributes = { ...common, ...step(key, "model", random), "tutti.topic": words[random(words.length)] ?? "" };
    spans.push(make({ name: key, attributes, parent: 0 }));
    spans.push(
      make({ name: "chat", kind: "client", attributes: { ...common, ...chat(random) }, parent: spans.length - 1 }),
    );
    const isFailure = hasFailed && turn === 2;
    spans.push(
      make({
        name: "execute_tool",
        status: isFailure ? "error" : "ok",
        statusText: isFailure ? `${words[random(words.length)]} could not be read` : null,
        attributes: { ...common, ...toolCall(random) },
        parent: spans.length - 2,
      }),
    );
  }
  return spans;
}

function claudeTurn({ number, startUs, random }: Making): SpanRecord[] {
  const common = {
    "session.id": id(Math.floor(number / 40), chance(Math.floor(number / 40)), 32),
    "user.id": "8c1f0d",
    "prompt.id": id(number, random, 32),
    "terminal.type": "xterm",
    "app.version": "2.1.330",
    query_source: "main",
  };
  const make = spanMaker(
    { number, startUs, random },
    { service: "claude-code", scope: "com.anthropic.claude_code.tracing", resource: resourceOf("claude-code") },
  );
  const spans = [
    make({ name: "claude_code.interaction", attributes: { ...common, ...sizes(random), prompt_length: random(900) } }),
  ];
  for (let turn = 0; turn < 3; turn++) {
    spans.push(
      make({
        name: "claude_code.llm_request",
        attributes: { ...common, ...sizes(random), model: "claude-opus-4" },
        parent: 0,
      }),
    );
    const tool = {
      ...common,
      tool_name: tools[random(tools.length)] ?? "",
      tool_use_id: `toolu_${id(turn, random, 22)}`,
    };
    spans.push(make({ name: "claude_code.tool", attributes: { ...tool, ...sizes(random) }, parent: spans.length - 1 }));
    spans.push(
      make({
        name: "claude_code.tool.execution",
        attributes: { ...tool, success: true, ...sizes(random) },
        parent: spans.length - 1,
      }),
    );
  }
  return spans;
}

const step = (key: string, kind: string, random: (below: number) => number): RecordAttributes => ({
  "tutti.step.key": key,
  "tutti.step.kind": kind,
  "tutti.step.status": "succeeded",
  "tutti.step.attempts": 1 + (random(20) === 0 ? 1 : 0),
  "tutti.agent": "reviewer",
  "code.file.path": `flows/${kind}.ts`,
  "code.line.number": random(200),
  "thread.id": 1,
  "tutti.cached": false,
});

const chat = (random: (below: number) => number): RecordAttributes => ({
  "gen_ai.operation.name": "chat",
  "gen_ai.provider.name": "ollama",
  "gen_ai.request.model": models[random(models.length)] ?? "",
  "gen_ai.response.id": id(1, random, 24),
  "gen_ai.response.finish_reasons": ["stop"],
  "gen_ai.usage.input_tokens": 200 + random(4_000),
  "gen_ai.usage.output_tokens": random(900),
  "gen_ai.request.temperature": 0.2,
  "gen_ai.response.time_to_first_chunk": random(1_000_000) / 1_000_000,
});

const toolCall = (random: (below: number) => number): RecordAttributes => ({
  "gen_ai.operation.name": "execute_tool",
  "gen_ai.tool.name": tools[random(tools.length)] ?? "",
  "gen_ai.tool.call.id": `call_${id(2, random, 18)}`,
  "gen_ai.tool.type": "function",
  "file.path": `src/part-${random(400)}/file-${random(30)}.ts`,
  "process.exit.code": 0,
  "tool.bytes": random(20_000),
  "tool.topic": words[random(words.length)] ?? "",
  "tutti.cached": false,
});

const sizes = (random: (below: number) => number): RecordAttributes => ({
  input_tokens: random(30_000),
  output_tokens: random(2_000),
  duration_ms: random(10_000_000) / 1_000,
  attempt: 1,
});

interface Given {
  readonly name: string;
  readonly attributes: RecordAttributes;
  readonly kind?: SpanRecord["kind"];
  readonly status?: SpanRecord["status"];
  readonly statusText?: string | null;
  /** Its place among the spans of the trace. */
  readonly parent?: number;
}

function spanMaker({ number, startUs, random }: Making, origin: Pick<SpanRecord, "service" | "scope" | "resource">) {
  const traceId = id(number, random, 32);
  const ids: string[] = [];
  return ({ name, attributes, parent, kind = "internal", status = "ok", statusText = null }: Given): SpanRecord => {
    const spanId = id(ids.length, random, 16);
    ids.push(spanId);
    return {
      ...origin,
      traceId,
      spanId,
      parentId: parent === undefined ? null : (ids[parent] ?? null),
      name,
      kind,
      start: startUs + ids.length * 1_000 + random(1_000),
      durationUs: 500 + random(4_000_000),
      status,
      statusText,
      attributes,
      events: [],
      links: [],
    };
  };
}

const resourceOf = (service: string): RecordAttributes => ({
  "host.name": "workshop",
  "process.pid": 4_242,
  "service.version": service,
});

/** Digits that nobody can foresee, so that nothing is smaller here than it would be. */
function id(salt: number, random: (below: number) => number, digits: number): string {
  let text = (salt % 16).toString(16);
  while (text.length < digits) text += (random(65_536) + 65_536).toString(16).slice(1);
  return text.slice(0, digits);
}

/** One trace of so many spans. */
export function makeLongTrace(count: number, startUs: number): SpanRecord[] {
  const random = chance(5);
  const make = spanMaker(
    { number: 1, startUs, random },
    { service: "tutti", scope: "tutti", resource: resourceOf("tutti") },
  );
  const common = { "tutti.run.id": "run_long", "tutti.flow": "many", "tutti.run.trigger": "cli" };
  return Array.from({ length: count }, (_, index) =>
    make({
      name: index === 0 ? "run many" : `each[${index % 500}]`,
      attributes: { ...common, ...step(`each[${index}]`, "run", random) },
      ...(index === 0 ? {} : { parent: 0 }),
    }),
  );
}

export function makeLog({ number, startUs, random }: Making): LogRecord {
  const word = words[random(words.length)] ?? "";
  return {
    at: startUs,
    level: random(40) === 0 ? "error" : "info",
    event: `run.${number % 3 === 0 ? "ended" : "taken"}`,
    message: `The run of flow ${flows[random(flows.length)]} about ${word} went on after ${random(500)} ms`,
    traceId: id(number, random, 32),
    spanId: null,
    run: `run_${id(number, random, 20)}`,
    attributes: { attempt: 1, waited_ms: random(1_000) },
    service: "tutti",
    scope: "tutti",
    resource: resourceOf("tutti"),
  };
}

/** What 300 series have done in the ten seconds up to that time. */
export function makePoints(atUs: number, random: (below: number) => number): SeriesPoint[] {
  const bounds = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];
  return Array.from({ length: 300 }, (_, index): SeriesPoint => {
    const labels = { flow: flows[index % flows.length] ?? "", part: String(Math.floor(index / 30)) };
    if (index % 3 === 0)
      return { name: `counted_${index % 10}`, labels, at: atUs, point: { type: "counter", sum: random(9) } };
    if (index % 3 === 1) {
      const last = random(100);
      return { name: `stands_${index % 10}`, labels, at: atUs, point: { type: "gauge", last, min: last, max: last } };
    }
    const counts = Array.from({ length: bounds.length + 1 }, () => random(3));
    const count = counts.reduce((sum, one) => sum + one, 0);
    return {
      name: `took_${index % 10}`,
      labels,
      at: atUs,
      point: { type: "histogram", sum: count / 2, count, bounds, counts },
    };
  });
}
