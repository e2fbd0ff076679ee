/** An answer of the daemon, as it was when the report was made. */
export interface RecordedAnswer {
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly output: unknown;
}

/** What stands in a report beside its program. `src/observability/report` writes it. */
export interface Report {
  readonly madeAt: number;
  readonly version: string;
  readonly title: string;
  /** One run, or what happened in a time. */
  readonly about: { readonly run: string } | { readonly since: number };
  readonly answers: readonly RecordedAnswer[];
  /** What there was no room for, in words. */
  readonly left: readonly string[];
}

export const report: Report = read();

function read(): Report {
  const text = document.getElementById("report")?.textContent;
  if (!text) throw new Error("this file holds no report");
  return JSON.parse(text) as Report;
}
