import { readFile } from "node:fs/promises";
import { TuttiError } from "../../core/error.ts";
import type { RecordedAnswer } from "./recorder.ts";

/** What stands in a report beside its program. `web/report/report.ts` reads it. */
export interface Report {
  readonly madeAt: number;
  readonly version: string;
  readonly title: string;
  readonly about: { readonly run: string } | { readonly since: number };
  readonly answers: readonly RecordedAnswer[];
  readonly left: readonly string[];
}

const place = '<script type="application/json" id="report"></script>';

/** The built page, with the report in it. Nothing that a model or a user wrote can end the block or begin a tag. */
export function pageOf(template: string, report: Report): string {
  if (!template.includes(place)) throw new Error("the page of reports has no place for one");
  const block = `<script type="application/json" id="report">${scriptSafe(JSON.stringify(report))}</script>`;
  // By functions: in a text, `$&` and its like would mean something.
  return template
    .replace("<title>Tutti report</title>", () => `<title>${escaped(report.title)} · Tutti</title>`)
    .replace(place, () => block);
}

/** JSON means the same with these written as escapes; HTML then finds no tag and no comment in it. */
function scriptSafe(json: string): string {
  return json
    .replaceAll("<", String.raw`\u003c`)
    .replaceAll(">", String.raw`\u003e`)
    .replaceAll("&", String.raw`\u0026`);
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

export async function readTemplate(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw new TuttiError("request.missing", "the page of reports is not part of this installation", {
      cause: error,
      hint: "In a clone, `npm run build` makes it.",
    });
  }
}
