import type { Connection } from "../../sdk/connection.ts";
import { exitCodes } from "../exit-code.ts";
import { isLostHost, openAndCall } from "../first-call.ts";
import { pause, type Interrupt } from "../interrupt.ts";
import type { Invocation } from "../invocation.ts";
import { presentKeptLine, type KeptLine } from "../present/log.ts";

export interface AskedLog {
  readonly query: string | undefined;
  readonly level: string | undefined;
  readonly run: string | undefined;
  readonly since: string | undefined;
  /** How many of the last lines. */
  readonly lines: number;
}

type StoredLine = KeptLine & { readonly seq: number };

// A daemon that is started is seen by the next look.
const lookAgainMs = 500;
// What was told between two hosts is shown; of more than this the newest.
const mostBetween = 1_000;

/** The last lines that were kept, whether a daemon runs or not. */
export async function showKeptLog(asked: AskedLog, invocation: Invocation): Promise<number> {
  const { isJson, output } = invocation;
  const found = await list(asked, invocation);
  if (isJson) output.data(JSON.stringify(found, null, 2));
  else if (found.length === 0) output.say(nothing(asked));
  else output.data(found.map((line) => presentKeptLine(line, output.dataColor)).join("\n"));
  return exitCodes.ok;
}

/** The same and what comes. A host that ends is not replaced by who only reads along: the next one is waited for. */
export async function followKeptLog(asked: AskedLog, invocation: Invocation): Promise<number> {
  using interrupt = invocation.interrupt.hold();
  const { isJson, output } = invocation;
  let position = await latest(invocation);
  const show = (line: StoredLine): void => {
    position = Math.max(position, line.seq);
    output.data(isJson ? JSON.stringify(line) : presentKeptLine(line, output.dataColor));
  };
  for (const line of await list(asked, invocation)) show(line);
  while (!interrupt.signal.aborted) {
    await using connection = await nextHost(invocation, interrupt);
    if (!connection) break;
    await tail(connection, { asked, after: position }, { show, signal: interrupt.signal });
    if (interrupt.signal.aborted) break;
    const known = position;
    const between = await list({ ...asked, since: undefined, lines: mostBetween }, invocation);
    for (const line of between.filter(({ seq }) => seq > known)) show(line);
  }
  return interrupt.exitCode();
}

/** Oldest first. */
async function list({ lines, ...asked }: AskedLog, invocation: Invocation): Promise<readonly StoredLine[]> {
  if (lines === 0) return [];
  return (await ask({ ...asked, limit: lines }, invocation)).toReversed();
}

async function latest(invocation: Invocation): Promise<number> {
  const [line] = await ask({ limit: 1 }, invocation);
  return line?.seq ?? 0;
}

async function ask(input: Readonly<Record<string, unknown>>, invocation: Invocation): Promise<readonly StoredLine[]> {
  const opened = await openAndCall(
    () => invocation.open({ takeRuns: false, write: false }),
    async ({ client }) => (await client.call("log.list", input)) as readonly StoredLine[],
    { idempotent: true },
  );
  await opened?.connection[Symbol.asyncDispose]();
  return opened?.result ?? [];
}

/** The process that hosts the folder, once there is one; null after Ctrl-C. */
async function nextHost(invocation: Invocation, interrupt: Interrupt): Promise<Connection | null> {
  while (!interrupt.signal.aborted) {
    const connection = await invocation.open({ takeRuns: false, write: false, asClientOnly: true });
    if (connection) return connection;
    await pause(lookAgainMs, interrupt);
  }
  return null;
}

interface Tail {
  readonly asked: AskedLog;
  readonly after: number;
}

/** Until the host ends or Ctrl-C. */
async function tail(
  { client }: Connection,
  { asked: { query, level, run }, after }: Tail,
  { show, signal }: { readonly show: (line: StoredLine) => void; readonly signal: AbortSignal },
): Promise<void> {
  try {
    const onProgress = (line: unknown): void => show(line as StoredLine);
    await client.call("log.tail", { query, level, run, after }, { signal, onProgress });
  } catch (error) {
    if (!signal.aborted && !isLostHost(error)) throw error;
  }
}

function nothing({ query, level, run, since }: AskedLog): string {
  const isFiltered = [query, level, run, since].some((one) => one !== undefined);
  return isFiltered ? "No line is like that. All of them: tutti logs" : "No log yet: `tutti up` writes one.";
}
