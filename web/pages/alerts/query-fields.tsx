import type { JSX } from "preact";
import { comparisons, expressionOf, windows, type Metric, type RuleForm } from "./builder.ts";
import { Choice, Text, type Change } from "./field.tsx";

const comparisonWords = { ">": "is more than", ">=": "is at least", "<": "is less than", "<=": "is at most" } as const;

interface FieldsProps {
  readonly form: RuleForm;
  readonly onChange: Change<RuleForm>;
}

interface QueryFieldsProps extends FieldsProps {
  readonly metrics: readonly Metric[];
}

/** The fields of the kind that was chosen. */
export function QueryFields({ form, metrics, onChange }: QueryFieldsProps): JSX.Element {
  if (form.kind === "figure") return <FigureFields form={form} metrics={metrics} onChange={onChange} />;
  if (form.kind !== "promql") return <SearchFields form={form} onChange={onChange} />;
  return (
    <label class="field">
      <span>PromQL that gives something while there is something to tell</span>
      <textarea
        class="input mono"
        rows={3}
        spellcheck={false}
        value={form.promql}
        onInput={(event) => onChange({ promql: event.currentTarget.value })}
      />
    </label>
  );
}

/** A simple rule from choices: which figure, compared with what, over how long, for each of what. */
function FigureFields({ form, metrics, onChange }: QueryFieldsProps): JSX.Element {
  const metric = metrics.find(({ name }) => name === form.metric);
  const labels = (metric?.labels ?? []).filter((label) => label !== "le");
  const isOverTime = metric?.type !== "gauge";
  return (
    <>
      <Text
        label="Figure"
        value={form.metric}
        list={metrics.map(({ name }) => name)}
        onChange={(name) => onChange({ metric: name, only: "", by: "" })}
        isMono
      />
      <div class="alert-fields">
        <Text
          label="only where"
          value={form.only}
          placeholder='flow="triage"'
          onChange={(only) => onChange({ only })}
          isMono
        />
        <Text label="for each" value={form.by} list={labels} onChange={(by) => onChange({ by })} isMono />
        {isOverTime ? <WindowChoice form={form} onChange={onChange} /> : null}
        <Choice
          label={metric?.type === "histogram" ? "one in ten" : "and it"}
          value={form.comparison}
          options={comparisons.map((value) => ({ value, word: comparisonWords[value] }))}
          onChange={(comparison) => onChange({ comparison })}
        />
        <Text label="number" value={form.number} onChange={(number) => onChange({ number })} isMono />
      </div>
      <code class="alert-expression">{expressionOf(form, metric)}</code>
    </>
  );
}

/** A rule that counts what matches a search. */
function SearchFields({ form, onChange }: FieldsProps): JSX.Element {
  return (
    <>
      <Text
        label={form.kind === "logs" ? "Log records that match" : "Traces that match"}
        value={form.search}
        placeholder={form.kind === "logs" ? "level:error event:model.*" : "status:error name:chat"}
        onChange={(search) => onChange({ search })}
        isMono
      />
      <div class="alert-fields">
        <Text label="more than" value={form.number} onChange={(number) => onChange({ number })} isMono />
        <WindowChoice form={form} onChange={onChange} />
      </div>
    </>
  );
}

function WindowChoice({ form, onChange }: FieldsProps): JSX.Element {
  return (
    <Choice
      label="in the last"
      value={form.window}
      options={[...new Set([form.window, ...windows])].map((value) => ({ value, word: value }))}
      onChange={(window) => onChange({ window })}
    />
  );
}
