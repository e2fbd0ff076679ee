import { keyOf, type Call, type CallName, type Output } from "./call.ts";

interface Boot {
  /** The last stored event before the answers were read. */
  readonly after?: number;
  readonly answers: readonly { readonly operation: CallName; readonly input: object; readonly output: unknown }[];
}

const boot = readBoot();
const answers = new Map(
  boot.answers.map(({ output, ...asked }) => [keyOf({ ...asked, input: { ...asked.input } }), output]),
);

// Who comes to a page later than this asks anew.
const freshMs = 5_000;

/** What the daemon has laid into the page: its first paint needs no request. Undefined once it may be old. */
export function bootAnswer<Name extends CallName>(call: Call<Name>): Output<Name> | undefined {
  if (performance.now() > freshMs) answers.clear();
  return answers.get(keyOf(call)) as Output<Name> | undefined;
}

/** Something has happened since. */
export function dropBoot(): void {
  answers.clear();
}

/** Whoever follows the events from here on misses none that the answers do not know of. */
export function bootPosition(): number | undefined {
  const { after } = boot;
  return performance.now() < freshMs ? after : undefined;
}

function readBoot(): Boot {
  const text = document.getElementById("boot")?.textContent;
  return text ? (JSON.parse(text) as Boot) : { answers: [] };
}
