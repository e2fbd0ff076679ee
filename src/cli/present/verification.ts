import type { Colors } from "../terminal-text.ts";

interface ShownVerification {
  readonly run: string;
  readonly status: string;
  readonly isComplete: boolean;
  readonly storedSteps: number;
  readonly replays: number;
  readonly differences: readonly {
    readonly after: string | null;
    readonly message: string;
    readonly stored: unknown;
    readonly code: unknown;
  }[];
}

const longestSide = 300;

/** What a replay behind every step has shown: nothing, or each place with both sides. */
export function presentVerification(
  { run, status, isComplete, storedSteps, replays, differences }: ShownVerification,
  { green, red, dim }: Colors,
): string {
  const what = `${run} (${status}, ${storedSteps} stored steps), replayed ${replays} times`;
  const rest = isComplete ? "" : " It has not ended: what comes after its open waits is not verified.";
  if (differences.length === 0) return `${green("✓")} ${what}: the code does the same each time.${rest}`;
  const places = differences.map(({ after, message, stored, code }) =>
    [
      `${red("✕")} ${after === null ? "from the start" : `behind "${after}"`}: ${message}`,
      `    stored  ${side(stored)}`,
      `    code    ${side(code)}`,
    ].join("\n"),
  );
  const causes =
    "Usual causes: a variable written inside of step.run, a name or input that is not the same each time, code changed since the run.";
  return [what, ...places, dim(causes)].join("\n");
}

function side(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length <= longestSide ? text : `${text.slice(0, longestSide)} …`;
}
