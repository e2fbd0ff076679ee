import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Failure } from "../../ui/state.tsx";
import { fieldsOf, fillForm, readForm, readJson, type FieldValue, type FormField } from "./form-field.ts";

export interface InputFormProps {
  readonly schema: unknown;
  /** What the fields begin with. */
  readonly start: unknown;
  readonly action: string;
  readonly onSubmit: (input: unknown) => Promise<void>;
}

/** The form of a flow's input. What the flow itself finds wrong stands at its field, and nothing typed is lost. */
export function InputForm({ schema, start, action, onSubmit }: InputFormProps): JSX.Element {
  const fields = fieldsOf(schema);
  const [values, setValues] = useState<Readonly<Record<string, FieldValue>>>(() =>
    fields ? fillForm(fields, start) : { "": start === undefined ? "" : JSON.stringify(start, null, 2) },
  );
  const [problems, setProblems] = useState<ReadonlyMap<string, string>>(new Map());
  const [failure, setFailure] = useState<Error | null>(null);
  const [isAtWork, setIsAtWork] = useState(false);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    const read = fields ? readForm(fields, values) : readWhole(String(values[""] ?? ""));
    if ("problems" in read) return setProblems(read.problems);
    setProblems(new Map());
    setFailure(null);
    setIsAtWork(true);
    await onSubmit(read.input).catch((error: unknown) => {
      const found = issuesOf(error);
      setProblems(found);
      setFailure(error instanceof Error ? error : new Error(String(error)));
    });
    setIsAtWork(false);
  };
  const set = (name: string, value: FieldValue): void => setValues((old) => ({ ...old, [name]: value }));
  return (
    <form class="input-form" onSubmit={(event) => void submit(event)} noValidate>
      {fields?.length === 0 ? <p class="muted">This flow takes no input.</p> : null}
      {(fields ?? [wholeInput]).map((field) => (
        <Field
          key={field.name}
          field={field}
          value={values[field.name] ?? ""}
          problem={problems.get(field.name)}
          onInput={(value) => set(field.name, value)}
        />
      ))}
      {failure ? <Failure error={failure} /> : null}
      <p>
        <button type="submit" class="btn primary" disabled={isAtWork}>
          {action}
        </button>
      </p>
    </form>
  );
}

const wholeInput: FormField = {
  name: "",
  kind: "json",
  isRequired: false,
  description: "The whole input, as JSON",
  choices: [],
  fallback: undefined,
};

function readWhole(text: string): { readonly input: unknown } | { readonly problems: ReadonlyMap<string, string> } {
  if (text.trim() === "") return { input: undefined };
  const read = readJson(text);
  return "problem" in read ? { problems: new Map([["", read.problem]]) } : { input: read.value };
}

/** What the daemon says of single keys, by key. */
function issuesOf(error: unknown): ReadonlyMap<string, string> {
  const data = typeof error === "object" && error !== null && "data" in error ? error.data : null;
  const issues =
    typeof data === "object" && data !== null && "issues" in data && Array.isArray(data.issues)
      ? (data.issues as readonly { path?: readonly string[]; message?: string }[])
      : [];
  return new Map(issues.map(({ path, message }) => [path?.[0] ?? "", message ?? "is not valid"]));
}

interface FieldProps {
  readonly field: FormField;
  readonly value: FieldValue;
  readonly problem: string | undefined;
  readonly onInput: (value: FieldValue) => void;
}

function Field({ field, value, problem, onInput }: FieldProps): JSX.Element {
  const note = field.kind === "lines" ? `${field.description ?? ""} One each line.`.trim() : field.description;
  if (field.kind === "boolean") {
    return (
      <label class="line">
        <input type="checkbox" checked={value === true} onChange={(event) => onInput(event.currentTarget.checked)} />
        <span>{field.name}</span>
        <span class="muted small">{note}</span>
      </label>
    );
  }
  return (
    <label class="field">
      <span>
        {field.name === "" ? "Input" : field.name} {field.isRequired ? null : <span class="faint small">optional</span>}
      </span>
      <Entry field={field} value={String(value)} isWrong={problem !== undefined} onInput={onInput} />
      {note === null ? null : <span class="note">{note}</span>}
      {problem === undefined ? null : (
        <span class="wrong" role="alert">
          {field.name === "" ? "The input" : field.name} {problem}
        </span>
      )}
    </label>
  );
}

interface EntryProps {
  readonly field: FormField;
  readonly value: string;
  readonly isWrong: boolean;
  readonly onInput: (value: string) => void;
}

function Entry({ field, value, isWrong, onInput }: EntryProps): JSX.Element {
  const placeholder =
    field.fallback === undefined
      ? undefined
      : typeof field.fallback === "string"
        ? field.fallback
        : JSON.stringify(field.fallback);
  const common = { value, "aria-invalid": isWrong, placeholder };
  if (field.kind === "choice") {
    return (
      <select
        class="input"
        value={value}
        aria-invalid={isWrong}
        onChange={(event) => onInput(event.currentTarget.value)}
      >
        <option value="">{placeholder ?? ""}</option>
        {field.choices.map((choice) => (
          <option key={choice}>{choice}</option>
        ))}
      </select>
    );
  }
  if (field.kind === "json" || field.kind === "lines") {
    return (
      <textarea
        class="input mono"
        rows={field.kind === "json" ? 6 : 3}
        spellcheck={false}
        {...common}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
    );
  }
  const isNumber = field.kind === "number" || field.kind === "integer";
  return (
    <input
      class="input"
      inputMode={isNumber ? "decimal" : "text"}
      {...common}
      onInput={(event) => onInput(event.currentTarget.value)}
    />
  );
}
