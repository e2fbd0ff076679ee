import { readOutput, type AnyOperation } from "../core/operation.ts";
import type { BootCall } from "./page-list.ts";
import { parseInput } from "./request-input.ts";

/** What stands in the page's boot block. */
export interface Boot {
  /** The last stored event from before the answers were read: who follows the events behind it misses nothing. */
  readonly after?: number;
  readonly answers: readonly { readonly operation: string; readonly input: object; readonly output: unknown }[];
}

export interface BootLimits {
  /** What takes longer the page asks for itself, milliseconds. */
  readonly withinMs: number;
  readonly mostBytes: number;
}

const bootLimits: BootLimits = { withinMs: 100, mostBytes: 262_144 };
const place = /<script type="application\/json" id="boot">[^<]*<\/script>/;

/** Asks the operations that a page begins with, at the same time. Never throws: what fails or is slow is left out. */
export function createBoot(
  operations: readonly AnyOperation[],
  limits: BootLimits = bootLimits,
): (calls: readonly BootCall[]) => Promise<Boot> {
  const known = new Map(operations.filter(({ method }) => method === "GET").map((row) => [row.name, row]));
  return async (calls) => {
    const after = await lastEvent(known.get("event.list"), limits);
    const asked = calls.flatMap(({ operation: name, input = {} }) => {
      const operation = known.get(name);
      return operation ? [askInTime({ operation, input }, limits)] : [];
    });
    const answers = (await Promise.all(asked)).flatMap((answer) => answer ?? []);
    return { ...(after === null ? {} : { after }), answers };
  };
}

async function lastEvent(operation: AnyOperation | undefined, limits: BootLimits): Promise<number | null> {
  if (!operation) return null;
  const asked = await askInTime({ operation, input: { limit: 1 } }, limits);
  const [answer] = asked ?? [];
  if (!Array.isArray(answer?.output)) return null;
  const event: unknown = answer.output.at(-1);
  // Before the oldest where there is none.
  return (typeof event === "object" && event !== null && "sequence" in event && Number(event.sequence)) || 0;
}

interface KnownCall {
  readonly operation: AnyOperation;
  readonly input: Readonly<Record<string, unknown>>;
}

async function askInTime(
  { operation, input }: KnownCall,
  { withinMs, mostBytes }: BootLimits,
): Promise<Boot["answers"] | null> {
  const signal = AbortSignal.timeout(withinMs);
  const late = new Promise<null>((resolve) => signal.addEventListener("abort", () => resolve(null), { once: true }));
  const asked = ask({ operation, input }, signal)
    .then((output) => (fits(output, mostBytes) ? [{ operation: operation.name, input, output }] : null))
    // The page asks again and shows what is wrong.
    .catch(() => null);
  return Promise.race([asked, late]);
}

async function ask({ operation, input }: KnownCall, signal: AbortSignal): Promise<unknown> {
  const result = operation.handle(parseInput(operation, input) as never, { signal, caller: "web" });
  if (Symbol.asyncIterator in result) throw new Error(`${operation.name} is a stream`);
  const output = readOutput(await result);
  return output === undefined ? null : output;
}

function fits(output: unknown, mostBytes: number): boolean {
  return Buffer.byteLength(JSON.stringify(output)) <= mostBytes;
}

/** Names files to the browser that its first script would only ask for later. */
export function withFiles(html: string, files: readonly string[]): string {
  const links = files.map((file) =>
    file.endsWith(".css")
      ? `<link rel="stylesheet" crossorigin href="${file}">`
      : `<link rel="modulepreload" crossorigin href="${file}">`,
  );
  return html.replace("</head>", () => `${links.join("")}</head>`);
}

/** Puts the block where the page has an empty one, else at the end of its head. No text in it can end the block. */
export function withBoot(html: string, boot: Boot): string {
  const block = `<script type="application/json" id="boot">${JSON.stringify(boot).replaceAll("<", "\\u003c")}</script>`;
  // By a function: in a text, `$&` and its like would mean something.
  if (place.test(html)) return html.replace(place, () => block);
  return html.replace("</head>", () => `${block}</head>`);
}
