import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { useLocation } from "wouter-preact";
import { tutti } from "../../data/api.ts";
import { useQuery } from "../../data/query.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { Failure } from "../../ui/state.tsx";
import { toast } from "../../ui/toast.tsx";
import type { Rule } from "./alert-words.ts";
import { emptyForm, formOf, queryOf, ruleInput, sentenceOf, type RuleForm } from "./builder.ts";
import { Text, type Change } from "./field.tsx";
import { LivePreview } from "./live-preview.tsx";
import { QueryFields } from "./query-fields.tsx";
import { RuleChoices } from "./rule-choices.tsx";
import { useAct } from "./use-act.ts";

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
        <RuleChoices form={form} metric={metric} onChange={change} />
        <QueryFields form={form} metrics={metrics.data ?? []} onChange={change} />
        <LivePreview query={query} />
        <Words form={form} onChange={change} />
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

interface WordsProps {
  readonly form: RuleForm;
  readonly onChange: Change<RuleForm>;
}

/** What people read, and by which ways. */
function Words({ form, onChange }: WordsProps): JSX.Element {
  return (
    <>
      <Text
        label="What it tells"
        value={form.summary}
        placeholder={sentenceOf(form)}
        onChange={(summary) => onChange({ summary })}
      />
      <Text label="What to do then" value={form.advice} onChange={(advice) => onChange({ advice })} />
      <Text
        label="Told by"
        value={form.channels}
        placeholder="those of alerts.channels"
        onChange={(channels) => onChange({ channels })}
      />
    </>
  );
}
