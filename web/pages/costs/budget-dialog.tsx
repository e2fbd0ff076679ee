import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { tutti } from "../../data/api.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { Failure } from "../../ui/state.tsx";
import type { Budget } from "./budget-words.ts";

const metrics = ["tokens", "calls", "seconds", "money"] as const;
const windows = ["run", "hour", "day", "month", "total"] as const;
const scopes = ["tenant", "flow", "agent", "model", "run"] as const;
const ends = ["stop", "ask", "degrade"] as const;

/** Makes a budget or changes it; what was used before counts. */
export function BudgetDialog({
  budget,
  onClose,
}: {
  readonly budget: Budget | null;
  readonly onClose: () => void;
}): JSX.Element {
  const [failure, setFailure] = useState<Error | null>(null);
  const attempt = (act: () => Promise<unknown>): void => {
    act().then(onClose, (error: unknown) => setFailure(error instanceof Error ? error : new Error(String(error))));
  };
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    attempt(() => tutti.budget.set(inputOf(form, budget)));
  };
  return (
    <Dialog title={budget === null ? "New budget" : `Budget ${budget.name}`} onClose={onClose}>
      <form class="stack" onSubmit={submit}>
        {budget === null ? <Text name="name" label="Name" value="" /> : null}
        <div class="budget-fields">
          <Text name="limit" label="Limit" value={budget === null ? "" : String(budget.limit)} />
          <Select name="metric" label="of" options={metrics} value={budget?.metric ?? "tokens"} />
          <Select name="window" label="in" options={windows} value={budget?.window ?? "day"} />
          <Select name="scope" label="for each" options={scopes} value={budget?.scope ?? "tenant"} />
          <Text name="of" label="only this one" value={budget?.of ?? ""} />
          <Select name="onLimit" label="at the limit" options={ends} value={budget?.onLimit ?? "stop"} />
          <Text name="degradeTo" label="other model, to degrade to" value={budget?.degradeTo ?? ""} />
          <Text name="warnAt" label="notice at, in percent" value={String(budget?.warnAt ?? 80)} />
        </div>
        {failure ? <Failure error={failure} /> : null}
        <div class="dialog-end">
          {budget === null ? null : (
            <button type="button" class="btn" onClick={() => attempt(() => tutti.budget.remove({ name: budget.name }))}>
              Remove
            </button>
          )}
          <button type="submit" class="btn primary">
            {budget === null ? "Make the budget" : "Change the budget"}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function Text({
  name,
  label,
  value,
}: {
  readonly name: string;
  readonly label: string;
  readonly value: string;
}): JSX.Element {
  return (
    <label class="field">
      <span>{label}</span>
      <input class="input" name={name} defaultValue={value} />
    </label>
  );
}

interface SelectProps {
  readonly name: string;
  readonly label: string;
  readonly options: readonly string[];
  readonly value: string;
}

function Select({ name, label, options, value }: SelectProps): JSX.Element {
  return (
    <label class="field">
      <span>{label}</span>
      <select class="input" name={name} defaultValue={value}>
        {options.map((option) => (
          <option key={option} selected={option === value}>
            {option}
          </option>
        ))}
      </select>
    </label>
  );
}

type SetInput = Exclude<Parameters<typeof tutti.budget.set>[0], string>;

/** What was typed, as the daemon takes it; what it finds wrong it says itself. */
function inputOf(form: FormData, budget: Budget | null): SetInput {
  const text = (name: string): string => {
    const value = form.get(name);
    return typeof value === "string" ? value.trim() : "";
  };
  const pick = <Value extends string>(name: string, values: readonly Value[]): Value | undefined =>
    values.find((value) => value === text(name));
  const [scope, window, onLimit] = [pick("scope", scopes), pick("window", windows), pick("onLimit", ends)];
  return {
    name: budget?.name ?? text("name"),
    [pick("metric", metrics) ?? "tokens"]: Number(text("limit")),
    warnAt: Number(text("warnAt")),
    ...(scope ? { scope } : {}),
    ...(window ? { window } : {}),
    ...(onLimit ? { onLimit } : {}),
    ...(text("of") === "" ? {} : { of: text("of") }),
    ...(text("degradeTo") === "" ? {} : { degradeTo: text("degradeTo") }),
  };
}
