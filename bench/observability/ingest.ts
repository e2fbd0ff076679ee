import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { DataFolder } from "../data-folder.ts";
import { ServedHost } from "../server/host.ts";
import { untilTrue } from "../until.ts";
import { exportedSpans, type Exported, type ExportedForm } from "./exported.ts";
import type { ObservabilityBench, Report } from "./section.ts";

// What Phoenix published of itself is about 80 spans a second.
const bar = 1_000;
const inFlight = 4;

/** Spans a second that come in over HTTP and are stored, beside Phoenix where `TUTTI_BENCH_PHOENIX` names its program. */
export async function measureIngest({ isQuick, say }: ObservabilityBench): Promise<Report> {
  using data = new DataFolder();
  const batches = isQuick ? 8 : 80;
  const rates: (readonly [string, number | null])[] = [];
  for (const form of ["json", "protobuf"] as const) {
    say(`Tutti, ${form}`);
    rates.push([`Tutti, ${form}`, await rateOfTutti(form, batches, data)]);
  }
  const phoenix = process.env["TUTTI_BENCH_PHOENIX"] || undefined;
  if (phoenix !== undefined) say("Phoenix");
  const rate = phoenix === undefined ? null : await rateOfPhoenix(phoenix, isQuick ? 2 : 10, data);
  rates.push(["Phoenix, protobuf", rate]);
  const own = rates.flatMap(([name, value]) => (name.startsWith("Tutti") && value !== null ? [value] : []));
  const lines = rates.map(([name, value]) => `| ${name} | ${value === null ? "not measured" : Math.round(value)} |`);
  const table = ["| | spans/s |", "|:--|--:|", ...lines].join("\n");
  const text = `${table}\n\nRequests of OpenTelemetry's own exporter, 512 spans each, ${inFlight} at a time, until all spans are stored.`;
  return { title: "Spans that come in", text, isBad: own.some((value) => value < bar) };
}

async function rateOfTutti(form: ExportedForm, batches: number, data: DataFolder): Promise<number> {
  const folder = data.make();
  using host = await ServedHost.start("tutti", folder);
  // The first one loads what the others find.
  await sendAll(host.address, await exportedSpans(form, 2));
  const exported = await exportedSpans(form, batches);
  const began = performance.now();
  // An answer comes when its spans are stored.
  await sendAll(host.address, exported);
  return exported.spans / ((performance.now() - began) / 1_000);
}

async function rateOfPhoenix(program: string, batches: number, data: DataFolder): Promise<number> {
  const folder = join(data.make(), "phoenix");
  mkdirSync(folder, { recursive: true });
  const port = "6106";
  const env = { ...process.env, PHOENIX_WORKING_DIR: folder, PHOENIX_PORT: port, PHOENIX_GRPC_PORT: "6107" };
  const child = spawn(program, ["serve"], { env, stdio: "ignore" });
  try {
    const address = { url: `http://127.0.0.1:${port}`, headers: {} };
    await untilTrue("Phoenix answers", () => answers(address.url), { timeoutMs: 120_000, everyMs: 200 });
    const exported = await exportedSpans("protobuf", batches);
    const began = performance.now();
    await sendAll(address, exported);
    // It answers before it has stored: its own database says when that is done.
    await untilTrue("Phoenix has stored all", () => countOf(join(folder, "phoenix.db")) >= exported.spans, {
      timeoutMs: 300_000,
      everyMs: 100,
    });
    return exported.spans / ((performance.now() - began) / 1_000);
  } finally {
    child.kill("SIGKILL");
  }
}

function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    ({ ok }) => ok,
    () => false,
  );
}

function countOf(path: string): number {
  using database = new DatabaseSync(path, { readOnly: true });
  return Number(database.prepare("select count(*) as spans from spans").get()?.["spans"] ?? 0);
}

interface Address {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

async function sendAll({ url, headers }: Address, { bodies, contentType }: Exported): Promise<void> {
  const left = [...bodies];
  const send = async (): Promise<void> => {
    for (let body = left.shift(); body !== undefined; body = left.shift()) {
      const response = await fetch(`${url}/v1/traces`, {
        method: "POST",
        headers: { ...headers, "content-type": contentType },
        body: new Uint8Array(body),
      });
      if (!response.ok) throw new Error(`${url} answered ${response.status} ${await response.text()}`);
      await response.arrayBuffer();
    }
  };
  await Promise.all(Array.from({ length: inFlight }, send));
}
