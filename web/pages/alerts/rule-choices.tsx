import type { JSX } from "preact";
import { expressionOf, kinds, waits, waitWords, type Metric, type RuleForm } from "./builder.ts";
import { Choice, type Change } from "./field.tsx";

const kindWords = { figure: "a figure", promql: "PromQL", logs: "log records", traces: "traces" } as const;
const severities = ["info", "warning", "critical"] as const;

export interface RuleChoicesProps {
  readonly form: RuleForm;
  readonly metric: Metric | undefined;
  readonly onChange: Change<RuleForm>;
}

/** At what a rule looks, how soon it fires, how much it matters. */
export function RuleChoices({ form, metric, onChange }: RuleChoicesProps): JSX.Element {
  // Whoever goes on in PromQL begins with what the choices have made.
  const choose = (kind: RuleForm["kind"]): void =>
    onChange(kind === "promql" && form.promql === "" ? { kind, promql: expressionOf(form, metric) } : { kind });
  return (
    <div class="alert-fields">
      <Choice
        label="Look at"
        value={form.kind}
        options={kinds.map((kind) => ({ value: kind, word: kindWords[kind] }))}
        onChange={choose}
      />
      <Choice
        label="Fires"
        value={form.wait}
        options={[...new Set([form.wait, ...waits])].map((wait) => ({ value: wait, word: waitWords(wait) }))}
        onChange={(wait) => onChange({ wait })}
      />
      <Choice
        label="Severity"
        value={form.severity}
        options={severities.map((value) => ({ value, word: value }))}
        onChange={(severity) => onChange({ severity })}
      />
    </div>
  );
}
