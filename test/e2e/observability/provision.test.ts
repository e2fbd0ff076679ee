import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import type { AlertRule } from "../../../src/observability/alert/alerts.ts";
import { provisionedFiles } from "../../../src/observability/grafana/files.ts";
import { needs, prometheusProgram } from "../../support/services.ts";

const rule: AlertRule = {
  name: "RunsFailing",
  summary: 'More than half of the runs of "triage" fail',
  advice: "Look at it",
  labels: {},
  channels: null,
  severity: "critical",
  query: { kind: "metrics", expression: 'sum(increase(tutti_runs_total{status="failed"}[10m])) > 3' },
  forMs: 90_000,
  isEnabled: true,
  isDefault: true,
};

describe("what is provisioned", { timeout: 30_000, skip: needs("prometheus", prometheusProgram()) }, () => {
  it("is taken by promtool: the scrape configuration and the rules", () => {
    const folder = mkdtempSync(join(tmpdir(), "tutti-provision-"));
    const promtool = join(dirname(prometheusProgram() ?? ""), "promtool");
    try {
      const token = join(folder, "token");
      writeFileSync(token, "secret");
      const place = { url: "http://127.0.0.1:8863", tokenFile: token };
      for (const { path, text } of provisionedFiles({ folder, place, rules: [rule] })) {
        mkdirSync(dirname(join(folder, path)), { recursive: true });
        writeFileSync(join(folder, path), text);
      }
      const check = execFileSync(promtool, ["check", "config", join(folder, "prometheus", "prometheus.yml")]);
      assert.match(check.toString(), /SUCCESS: 1 rules found/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
