import { rename, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { z } from "zod";
import { TuttiError } from "../../core/error.ts";
import { operation, type AnyOperation } from "../../core/operation.ts";
import type { AlertRule } from "../alert/alerts.ts";
import { makeFolder } from "../../storage/home.ts";
import { provisionedFiles, type ProvisionedFile } from "./files.ts";
import type { ScrapePlace } from "./prometheus.ts";

export interface GrafanaOptions {
  readonly rules: () => Promise<readonly AlertRule[]>;
  readonly place: () => Promise<ScrapePlace>;
}

/** Files for Grafana and Prometheus. */
export function createGrafanaOperations({ rules, place }: GrafanaOptions): readonly AnyOperation[] {
  return [
    operation({
      name: "grafana.provision",
      summary: "Writes dashboards for Grafana, and what Prometheus scrapes and watches",
      method: "POST",
      path: "/grafana/provision",
      role: "operator",
      effect: "write",
      idempotent: true,
      input: z.strictObject({
        folder: z.string().min(1).describe("Where to write; what an earlier call has written there is written anew"),
      }),
      output: z.object({ folder: z.string(), files: z.array(z.string()) }),
      // It writes where the caller says, so it is for who may write there anyway.
      faces: ["cli"],
      cli: {
        positional: ["folder"],
        paths: ["folder"],
        examples: ["tutti grafana provision ./monitoring"],
      },
      handle: async ({ folder: given }, { folder: from = process.cwd() }) => {
        const folder = resolve(from, given);
        const files = provisionedFiles({ folder, place: await place(), rules: await rules() });
        for (const file of files) await write(folder, file);
        return { folder, files: files.map(({ path }) => path) };
      },
    }),
  ];
}

/** Whole or not at all: Grafana and Prometheus may be looking. */
async function write(folder: string, { path, text }: ProvisionedFile): Promise<void> {
  const target = join(folder, ...path.split("/"));
  const temporary = `${target}.new`;
  try {
    // Grafana and Prometheus often run as somebody else.
    makeFolder(dirname(target), 0o755);
    await writeFile(temporary, text);
    await rename(temporary, target);
  } catch (error) {
    throw new TuttiError("storage.unavailable", `${target} cannot be written`, {
      cause: error,
      hint: "Name a folder that you may write to.",
      where: target,
    });
  }
}
