import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { prometheusProgram } from "./services.ts";

export interface PrometheusAnswer {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

export interface PrometheusServer extends AsyncDisposable {
  /** An instant query, at epoch seconds. */
  query(expression: string, at?: number): Promise<readonly PrometheusAnswer[]>;
  get(path: string): Promise<unknown>;
}

export interface PrometheusOptions {
  /** What it scrapes each second, as `http://127.0.0.1:8863`, with the token in a file. */
  readonly target?: { readonly url: string; readonly tokenFile: string };
  /** Figures with times of their own, as OpenMetrics text, that it has from the beginning. */
  readonly history?: string;
}

export const promtool = (): string => join(dirname(prometheusProgram() ?? ""), "promtool");

/** A real Prometheus with an empty folder of its own. */
export async function startPrometheus({ target, history }: PrometheusOptions): Promise<PrometheusServer> {
  const folder = mkdtempSync(join(tmpdir(), "tutti-prometheus-"));
  const data = join(folder, "data");
  if (history !== undefined) {
    writeFileSync(join(folder, "history.om"), history);
    const words = ["tsdb", "create-blocks-from", "openmetrics", "--quiet", join(folder, "history.om"), data];
    execFileSync(promtool(), words, { stdio: ["ignore", "ignore", "inherit"] });
  }
  writeFileSync(join(folder, "prometheus.yml"), configuration(target));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(
    prometheusProgram() ?? "",
    [
      `--config.file=${join(folder, "prometheus.yml")}`,
      `--storage.tsdb.path=${data}`,
      "--storage.tsdb.retention.time=100y",
      `--web.listen-address=127.0.0.1:${port}`,
      "--log.level=error",
    ],
    { stdio: ["ignore", "ignore", "inherit"] },
  );
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const get = async (path: string): Promise<unknown> => (await fetch(`${url}${path}`)).json();
  const server: PrometheusServer = {
    get,
    async query(expression, at) {
      const parameters = new URLSearchParams({ query: expression, ...(at === undefined ? {} : { time: String(at) }) });
      const answer = (await get(`/api/v1/query?${parameters.toString()}`)) as Answer;
      assert.equal(answer.status, "success", `${expression}: ${answer.error}`);
      const { resultType, result } = answer.data;
      return resultType === "scalar" ? [{ metric: {}, value: result as unknown as [number, string] }] : result;
    },
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await ended;
      rmSync(folder, { recursive: true });
    },
  };
  await untilReady(url, () => child.exitCode !== null);
  return server;
}

interface Answer {
  readonly status: string;
  readonly error?: string;
  readonly data: { readonly resultType: string; readonly result: readonly PrometheusAnswer[] };
}

function configuration(target: PrometheusOptions["target"]): string {
  if (target === undefined) return "{}\n";
  const job = {
    job_name: "tutti",
    authorization: { credentials_file: target.tokenFile },
    static_configs: [{ targets: [new URL(target.url).host] }],
  };
  return JSON.stringify({ global: { scrape_interval: "1s", scrape_timeout: "1s" }, scrape_configs: [job] });
}

async function untilReady(url: string, hasEnded: () => boolean): Promise<void> {
  for (;;) {
    assert.ok(!hasEnded(), "prometheus has ended before it was ready");
    const answer = await fetch(`${url}/-/ready`).catch(() => null);
    if (answer?.ok) return;
    await delay(50);
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => void server.close(resolve));
  return port;
}
