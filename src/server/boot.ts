import type { AnyOperation } from "../core/operation.ts";
import { parseInput } from "./request-input.ts";

/** An operation whose answer a page needs at once. */
export interface BootCall {
  readonly operation: string;
  readonly input?: Readonly<Record<string, unknown>>;
}

/** With what the overview begins; what there is no operation for is left out. */
export const overviewCalls: readonly BootCall[] = [
  { operation: "host.show" },
  { operation: "run.stats" },
  { operation: "run.list", input: { limit: 20 } },
  { operation: "review.list" },
];

/** What stands in the page's boot block. */
export interface Boot {
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
  calls: readonly BootCall[],
  limits: BootLimits = bootLimits,
): () => Promise<Boot> {
  const known = calls.flatMap(({ operation: name, input = {} }) => {
    const operation = operations.find((candidate) => candidate.name === name && candidate.method === "GET");
    return operation ? [{ operation, input }] : [];
  });
  return async () => {
    const all = await Promise.all(known.map((call) => askInTime(call, limits)));
    return { answers: all.flatMap((answer) => answer ?? []) };
  };
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
  const output = await result;
  return output === undefined ? null : output;
}

function fits(output: unknown, mostBytes: number): boolean {
  return Buffer.byteLength(JSON.stringify(output)) <= mostBytes;
}

/** Puts the block where the page has an empty one, else at the end of its head. No text in it can end the block. */
export function withBoot(html: string, boot: Boot): string {
  const block = `<script type="application/json" id="boot">${JSON.stringify(boot).replaceAll("<", "\\u003c")}</script>`;
  // By a function: in a text, `$&` and its like would mean something.
  if (place.test(html)) return html.replace(place, () => block);
  return html.replace("</head>", () => `${block}</head>`);
}
