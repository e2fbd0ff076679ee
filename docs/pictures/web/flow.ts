// The flows of the pictures: made up, but really run; what a model says comes from a server that is scripted.
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const root = join(import.meta.dirname, "..", "..", "..");

const codeReview = `description: "Reads a branch file by file and writes one review",
input: z.object({
  branch: z.string().default("feature/quiet-hours").describe("What is reviewed"),
  files: z.array(z.string()).default(["src/notify/quiet-hours.ts", "src/notify/send.ts", "src/settings/schema.ts", "test/quiet-hours.test.ts", "docs/settings.md"]).describe("What is read."),
  depth: z.enum(["quick", "usual", "thorough"]).default("usual").describe("How much is read around each change"),
  publish: z.boolean().default(true).describe("Ask before the review is published"),
}),
async run(step, { branch, files, publish }) {
  const diff = await step.run("read the diff", async () => { await later(40 * pace()); return { branch, added: 214, removed: 61 }; });
  const tests = step.shell("run the tests", [process.execPath, "-e", "setTimeout(() => console.log('41 passed'), " + 900 * pace() + ")"]);
  const notes = await step.map("review each file", files, (file, inner) =>
    inner.model("review " + file.split("/").at(-1), { model: "ollama/qwen3:8b", prompt: "Review " + file + " of " + branch + ".\\n" + source(file) }), { concurrency: 2 });
  await tests;
  const summary = await step.model("write the summary", { model: "ollama/qwen3:8b", prompt: "Summarise these notes in one review:\\n" + notes.map(({ text }) => "- " + text).join("\\n") });
  if (!publish) return { review: summary.text };
  await step.review("publish", {
    title: "Publish the review of " + branch,
    timeout: "4h",
    payload: { where: "pull request 214", verdict: "changes wanted", comment: summary.text, suggestion: patch },
  });
  await step.run("post the comment", () => ({ comment: 3391 }));
  return { review: summary.text, diff };
},`;

const releaseNotes = `description: "Turns merged changes into notes for people",
input: z.object({ from: z.string().default("v2.3.0").describe("The tag before"), to: z.string().default("v2.4.0") }),
async run(step, { from, to }) {
  const changes = await step.run("collect changes", async () => { await later(60 * pace()); return ["quiet hours", "a faster start", "two faults fixed"]; });
  const draft = await step.model("draft", { model: "ollama/qwen3:8b", prompt: "Release notes from " + from + " to " + to + ": " + changes.join(", ") });
  const { answer } = await step.review("tone", { title: "Which tone for the notes of " + to + "?", choices: ["plain", "warm", "terse"], payload: { draft: draft.text } });
  const notes = await step.model("rewrite", { model: "ollama/llama3.2:3b", prompt: "Rewrite in a " + answer + " tone: " + draft.text });
  return { notes: notes.text, changes: changes.length };
},`;

const triageInbox = `description: "Sorts new mail and drafts answers",
input: z.object({ messages: z.int().min(1).max(50).default(4) }),
async run(step, { messages }) {
  const mails = await step.run("fetch mail", async () => { await later(30 * pace()); return subjects.slice(0, messages); });
  const sorted = await step.map("sort", mails, async (mail, inner) => {
    const kind = await inner.model("sort", { model: "ollama/llama3.2:3b", prompt: "Is this a question, a fault or thanks? " + mail });
    return { mail, kind: kind.text };
  }, { concurrency: 3 });
  return { sorted: sorted.length };
},`;

const syncIssues = `description: "Copies issues from the tracker into the search index",
input: z.object({ tracker: z.string().default("http://127.0.0.1:47831").describe("Its address") }),
async run(step, { tracker }) {
  await step.run("open the index", async () => { await later(400 * pace()); return true; });
  const pages = await step.map("read the issues", [1, 2, 3], (page, inner) =>
    inner.run("read page " + page, async () => {
      await later(300 * pace() * page);
      const answer = await fetch(tracker + "/api/version");
      return answer.status;
    }), { concurrency: 2 });
  await step.run("write the index", async () => { await later(500 * pace()); return true; });
  return { pages: pages.length };
},`;

const backUp = `description: "Packs the notes and checks the archive",
async run(step) {
  const files = await step.run("list files", async () => { await later(15 * pace()); return 412; });
  await step.shell("pack", [process.execPath, "-e", "setTimeout(() => console.log('packed'), " + 120 * pace() + ")"]);
  await step.run("check the archive", async () => { await later(60 * pace()); return true; });
  return { files };
},`;

const readPapers = `description: "Reads papers and keeps what matters for the project",
input: z.object({ papers: z.array(z.string()).default(["Exactly-once is a lie worth telling", "Sagas revisited", "Time, clocks and your laptop", "What a queue cannot promise", "A short history of retries", "Backpressure for humans", "Logs are databases"]) }),
async run(step, { papers }) {
  for (const paper of papers) {
    await step.model("read " + paper, { model: "ollama/qwen3:8b", prompt: "What does this paper claim? " + paper });
  }
  return { read: papers.length };
},`;

const deploy = `description: "Waits for the build and asks before it goes out",
input: z.object({ version: z.string().default("2.4.0") }),
async run(step, { version }) {
  const built = await step.waitFor("the build is done", { event: "build.done", timeout: "6h" });
  return { version, built };
},`;

const sourceText = `import { minutesOf, type QuietHours } from "../settings/schema.ts";

/** Whether nobody should be disturbed at this time. */
export function isQuiet(at: Date, { from, to }: QuietHours): boolean {
  const minute = at.getHours() * 60 + at.getMinutes();
  return from <= minute && minute < to;
}

/** The first moment after which somebody may be disturbed again. */
export function nextLoud(at: Date, hours: QuietHours): Date {
  if (!isQuiet(at, hours)) return at;
  const left = hours.to - minutesOf(at);
  return new Date(at.getTime() + left * 60_000);
}

export function describe({ from, to }: QuietHours): string {
  return \`quiet from \${clock(from)} to \${clock(to)}\`;
}

function clock(minute: number): string {
  const [hour, rest] = [Math.floor(minute / 60), minute % 60];
  return [hour, rest].map((part) => String(part).padStart(2, "0")).join(":");
}
`;

const shared = `const pace = (): number => Number(process.env["PICTURE_PACE"]);
const subjects = ["The export is empty since the update", "Thank you for the quiet hours", "Can I have invoices as PDF?", "It does not start after an update on Windows", "Where are my old notes?", "A small wish for the calendar"];
const source = (file: string): string => "// " + file + "\\n" + sourceText;
const sourceText = ${JSON.stringify(sourceText)};
const patch = ${JSON.stringify(`diff --git a/src/notify/quiet-hours.ts b/src/notify/quiet-hours.ts
--- a/src/notify/quiet-hours.ts
+++ b/src/notify/quiet-hours.ts
@@ -12,7 +12,9 @@ export interface QuietHours {
 /** Whether nobody should be disturbed at this time. */
 export function isQuiet(at: Date, { from, to }: QuietHours): boolean {
   const minute = at.getHours() * 60 + at.getMinutes();
-  return from <= minute && minute < to;
+  if (from <= to) return from <= minute && minute < to;
+  // Hours that reach past midnight.
+  return minute >= from || minute < to;
 }
 
 export function nextLoud(at: Date, hours: QuietHours): Date {
@@ -31,4 +33,4 @@ export function nextLoud(at: Date, hours: QuietHours): Date {
   const left = hours.to - minutesOf(at);
-  return new Date(at.getTime() + left * 60_000);
+  return new Date(at.getTime() + (left < 0 ? left + 1440 : left) * 60_000);
 }
`)};`;

const bodies: Readonly<Record<string, string>> = {
  "code-review": codeReview,
  "release-notes": releaseNotes,
  "triage-inbox": triageInbox,
  "sync-issues": syncIssues,
  "back-up-notes": backUp,
  "read-papers": readPapers,
  "deploy-site": deploy,
};

/** The files of the project that the pictures show, by their path in it. */
export function projectFiles(): Record<string, string> {
  const entry = pathToFileURL(join(root, "src", "index.ts")).href;
  const flows = Object.entries(bodies).map(([name, body]) => [
    `flows/${name}.ts`,
    `import { setTimeout as later } from "node:timers/promises";
import { flow, z } from "${entry}";
${shared}
export default flow({ name: "${name}", ${body} });
`,
  ]);
  return { ...Object.fromEntries(flows), "tutti.yaml": settings };
}

const settings = `cost:
  prices:
    date: 2026-11-01
    currency: USD
    models:
      ollama/qwen3:8b: { input: 0.05, output: 0.4 }
      ollama/llama3.2:3b: { input: 0.02, output: 0.06 }
  budgets:
    daily: { window: day, tokens: 60000, warnAt: 80 }
    reviews: { scope: flow, of: code-review, window: day, tokens: 40000, warnAt: 70, onLimit: ask, raiseBy: 20000 }
`;
