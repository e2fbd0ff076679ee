import { z } from "zod";
import type { Tool } from "../core/tool.ts";
import { walkFiles } from "./file-walk.ts";
import type { ToolLimits } from "./limits.ts";
import { locate } from "./workspace.ts";

const input = z.strictObject({
  path: z.string().min(1).optional().describe("The folder, relative to the workspace. Default: the workspace."),
  glob: z.string().min(1).optional().describe("Only paths that fit, such as `*.ts` or `src/**/*.{ts,tsx}`."),
  limit: z.int().min(1).optional().describe("The most entries to name."),
});

export function createListFiles(limits: ToolLimits): Tool<z.infer<typeof input>> {
  return {
    name: "list_files",
    description:
      "Lists the files and folders (with / at the end) below a folder of the workspace, all levels. .git and node_modules are left out.",
    input,
    effect: "read",
    async call({ path = ".", glob, limit = limits.maxFiles }, { workspace, signal }) {
      const place = await locate(workspace, path, "read");
      const most = Math.min(limit, limits.maxFiles);
      const walk = walkFiles(place, glob, signal);
      const entries: string[] = [];
      let isCut = false;
      for await (const entry of walk) {
        // With a glob, people ask for files: `**` would name every folder above them too.
        if (glob !== undefined && entry.kind === "folder") continue;
        isCut = entries.length === most;
        if (isCut) break;
        entries.push(entry.kind === "folder" ? `${entry.name}/` : entry.name);
      }
      const note = `cut after ${entries.length} entries; name a folder or a narrower glob`;
      return { path: place.name, entries, ...(isCut || walk.isCut ? { note } : {}) };
    },
  };
}
