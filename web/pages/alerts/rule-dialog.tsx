import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { useLocation } from "wouter-preact";
import { tutti } from "../../data/api.ts";
import { useQuery } from "../../data/query.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { Failure } from "../../ui/state.tsx";
import { toast } from "../../ui/toast.tsx";
import type { Rule } from "./alert-words.ts";
import {
  emptyForm,
  expressionOf,
  formOf,
  kinds,
  queryOf,
  ruleInput,
  sentenceOf,
  waits,
  waitWords,
  type RuleForm,
} from "./builder.ts";
import { Choice, Text, type Change } from "./field.tsx";
import { LivePreview } from "./live-preview.tsx";
import { FigureFields, SearchFields } from "./query-fields.tsx";
import { useAct } from "./use-act.ts";

const kindWords = { figure: "a figure", promql: "PromQL", logs: "log records", traces: "traces" } as const;
const severities = ["info", "warning", "critical"] as const;

/** Makes a rule or changes it, and shows meanwhile when it would have fired. */
export function RuleDialog({
  rule,
  onClose,
}: {
  readonly rule: Rule | null;
  readonly onClose: () => void;
}): JSX.Element {
  const [form, setForm] = useState<RuleForm>(() => (rule === null ? emptyForm : formOf(rule)));
  const [, navigate] = useLocation();
  const { act, failure, isBusy } = useAct();
  const metrics = useQuery("metrics.names", (signal) => tutti.metric.list({}, { signal }));
  const metric = metrics.data?.find(({ name }) => name === form.metric);
  const query = queryOf(form, metric);
  const change: Change<RuleForm> = (part) => setForm((old) => ({ ...old, ...part }));
  const submit = (event: Event): void => {
    event.preventDefault();
    if (query === null) return;
    const summary = form.summary.trim() === "" ? sentenceOf(form) : form.summary;
    act(
      () => tutti.alert.add({ ...ruleInput({ ...form, summary }, query), replace: rule !== null }),
      ({ name }) => {
        toast(rule === null ? `${name} is watched from now on` : `${name} is changed`);
        onClose();
        if (rule === null) navigate(`/alerts/${name}`);
      },
    );
  };
  return (
    <Dialog title={rule === null ? "New alert rule" : `Change ${rule.name}`} onClose={onClose}>
      <form class="stack" onSubmit={submit}>
        {rule === null ? (
          <Text
            label="Name, in CamelCase"
            value={form.name}
            placeholder="FailedTriage"
            onChange={(name) => change({ name })}
            isMono
          />
        ) : null}
        <div class="alert-fields">
          <Choice
            label="Look at"
            value={form.kind}
            options={kinds.map((kind) => ({ value: kind, word: kindWords[kind] }))}
            onChange={(kind) =>
              change(kind === "promql" && form.promql === "" ? { kind, promql: expressionOf(form, metric) } : { kind })
            }
          />
          <Choice
            label="Fires"
            value={form.wait}
            options={[...new Set([form.wait, ...waits])].map((wait) => ({ value: wait, word: waitWords(wait) }))}
            onChange={(wait) => change({ wait })}
          />
          <Choice
            label="Severity"
            value={form.severity}
            options={severities.map((value) => ({ value, word: value }))}
            onChange={(severity) => change({ severity })}
          />
        </div>
        {form.kind === "figure" ? <FigureFields form={form} metrics={metrics.data ?? []} onChange={change} /> : null}
        {form.kind === "logs" || form.kind === "traces" ? <SearchFields form={form} onChange={change} /> : null}
        {form.kind === "promql" ? (
          <label class="field">
            <span>PromQL that gives something while there is something to tell</span>
            <textarea
              class="input mono"
              rows={3}
              spellcheck={false}
              value={form.promql}
              onInput={(event) => change({ promql: event.currentTarget.value })}
            />
          </label>
        ) : null}
        {form.kind === "figure" ? <code class="alert-expression">{expressionOf(form, metric)}</code> : null}
        <LivePreview query={query} />
        <Text
          label="What it tells"
          value={form.summary}
          placeholder={sentenceOf(form)}
          onChange={(summary) => change({ summary })}
        />
        <Text label="What to do then" value={form.advice} onChange={(advice) => change({ advice })} />
        <Text
          label="Told by"
          value={form.channels}
          placeholder="those of alerts.channels"
          onChange={(channels) => change({ channels })}
        />
        {failure ? <Failure error={failure} /> : null}
        <div class="dialog-end">
          <button type="submit" class="btn primary" disabled={isBusy || query === null || form.name.trim() === ""}>
            {rule === null ? "Watch it" : "Change the rule"}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
