/** What the daemon has laid into the page, by the operation's name: the first paint needs no second request. */
const answers = readBoot();

// Who comes to a page later than this asks anew.
const freshMs = 5_000;

/** Once, and only right after the page was loaded. */
export function takeBoot(operation: string): unknown {
  const found = answers.get(operation);
  answers.delete(operation);
  return performance.now() < freshMs ? found : undefined;
}

interface Boot {
  readonly answers: readonly { readonly operation: string; readonly output: unknown }[];
}

function readBoot(): Map<string, unknown> {
  const text = document.getElementById("boot")?.textContent;
  if (!text) return new Map();
  const boot = JSON.parse(text) as Boot;
  return new Map(boot.answers.map(({ operation, output }) => [operation, output]));
}
