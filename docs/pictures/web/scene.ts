// First: it takes hold of the clock before the product does.
import { moveTo, pictureTime } from "./time.ts";
import { serveProduct, type WebProduct } from "../../../test/support/web-product.ts";
import type { ChatBody, Reply } from "../../../test/support/ollama-server.ts";
import { projectFiles } from "./flow.ts";

const hourMs = 3_600_000;

/** The product with a day of runs behind it. */
export async function createScene(assets: string): Promise<WebProduct> {
  const product = await serveProduct({ assets, files: projectFiles(), models: { models, reply: answer } });
  process.env["PICTURE_PACE"] = "0.3";
  for (const [hoursAgo, runs] of day) {
    moveTo(pictureTime - hoursAgo * hourMs);
    await Promise.all(runs.map(([flow, input]) => start(product, flow, withPlace(product, flow, input, hoursAgo))));
  }
  await askThings(product);
  for (const schedule of schedules) await product.client.call("schedule.add", schedule);
  return product;
}

/** What runs while the pictures are taken. Slow enough to be seen at work. */
export async function startLate(product: WebProduct): Promise<void> {
  moveTo(pictureTime);
  isSlow = true;
  process.env["PICTURE_PACE"] = "1";
  await product.client.call("run.start", { flow: "read-papers", input: {} });
}

type Start = readonly [flow: string, input?: object];

const day: readonly (readonly [number, readonly Start[]])[] = [
  [23.2, [["back-up-notes"], ["sync-issues"]]],
  [22.1, [["triage-inbox", { messages: 2 }]]],
  [19.4, [["sync-issues"]]],
  [13.6, [["back-up-notes"], ["triage-inbox", { messages: 3 }]]],
  [
    9.3,
    [
      ["triage-inbox", { messages: 5 }],
      ["code-review", { branch: "fix/empty-export", files: ["src/export/csv.ts"], publish: false }],
    ],
  ],
  [8.2, [["triage-inbox", { messages: 6 }], ["triage-inbox", { messages: 2 }], ["back-up-notes"]]],
  [7.1, [["sync-issues"], ["code-review", { branch: "feature/faster-start", publish: false }], ["triage-inbox"]]],
  [6.3, [["triage-inbox", { messages: 6 }]]],
  [
    5.2,
    [
      ["sync-issues"],
      ["triage-inbox"],
      ["back-up-notes"],
      ["code-review", { branch: "chore/update-packages", publish: false }],
    ],
  ],
  [4.4, [["triage-inbox", { messages: 5 }], ["triage-inbox"]]],
  [3.1, [["triage-inbox", { messages: 3 }], ["back-up-notes"], ["sync-issues"]]],
  [
    2.2,
    [
      ["code-review", { branch: "fix/time-zones", publish: false }],
      ["triage-inbox"],
      ["triage-inbox", { messages: 2 }],
    ],
  ],
  [1.1, [["triage-inbox", { messages: 4 }], ["back-up-notes"]]],
  [0.6, [["triage-inbox", { messages: 6 }], ["sync-issues"]]],
];

const schedules = [
  { name: "nightly", flow: "back-up-notes", cron: "0 2 * * *", timeZone: "Europe/Berlin" },
  { name: "inbox", flow: "triage-inbox", every: "1h", input: { messages: 6 } },
];

/** Runs that wait for somebody, and one that waits for an event. */
async function askThings(product: WebProduct): Promise<void> {
  moveTo(pictureTime - 1.4 * hourMs);
  await start(product, "deploy-site", {});
  moveTo(pictureTime - 0.9 * hourMs);
  await start(product, "release-notes", {});
  process.env["PICTURE_PACE"] = "1";
  isSlow = true;
  moveTo(pictureTime - 0.006 * hourMs);
  await start(product, "code-review", {});
  isSlow = false;
}

async function start({ client }: WebProduct, flow: string, input?: object): Promise<void> {
  const { id } = (await client.call("run.start", { flow, input })) as { id: string };
  await client.call("run.watch", { id, untilIdle: true });
}

/** The tracker answered most of the day. */
function withPlace(
  { ollama }: WebProduct,
  flow: string,
  input: object | undefined,
  hoursAgo: number,
): object | undefined {
  return flow === "sync-issues" && hoursAgo > 4 ? { tracker: ollama.url } : input;
}

export const models = [
  {
    name: "qwen3:8b",
    contextLength: 40_960,
    sizeBytes: 5_225_388_164,
    capabilities: ["completion", "tools", "thinking"],
  },
  { name: "llama3.2:3b", contextLength: 131_072, sizeBytes: 2_019_393_189 },
  { name: "nomic-embed-text", contextLength: 2_048, sizeBytes: 274_302_450, capabilities: ["embedding"] },
];

let isSlow = false;

function answer({ messages }: ChatBody): Reply {
  const asked = messages.at(-1)?.content ?? "";
  const text = answers.find(([beginning]) => asked.startsWith(beginning))?.[1] ?? "Nothing to say.";
  const wordDelayMs = isSlow ? (asked.startsWith("What does") ? 250 : 25) : 5;
  return { text, isTimed: true, delayMs: isSlow ? 400 : 60, wordDelayMs };
}

const answers: readonly (readonly [string, string])[] = [
  [
    "Review ",
    "The condition is right for hours within one day. For hours that reach past midnight `from` is greater than `to`, and it is never quiet; the settings allow that. One test with 22:00 to 07:00 would show it. The name `quietNow` says less than `isQuiet`.",
  ],
  [
    "Summarise",
    "The change does what it says for hours within one day. Quiet hours that reach past midnight are never quiet, though the settings allow them: `isQuiet` compares as if `from` came before `to`. A suggestion is attached; with a test for 22:00 to 07:00 this can be merged.",
  ],
  [
    "Release notes",
    "Notes can be silenced: set quiet hours and nothing disturbs you in between. The app starts in half the time. Two faults are gone: the export is whole again, and reminders keep their time zone.",
  ],
  ["Rewrite", "Quiet hours. A faster start. Two faults fixed."],
  ["Is this", "a question"],
  [
    "What does",
    "It claims that delivery guarantees belong to the whole path and not to the queue, shows it on three outages, and proposes that every effect carries a key by which its receiver knows it again. For this project the third part matters: keys make a repeated call harmless, and they are cheap.",
  ],
];
