import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";

interface ExpressionFieldProps {
  readonly text: string;
  readonly onRun: (text: string) => void;
}

/** The PromQL of the chart, to be read, copied and changed. */
export function ExpressionField({ text, onRun }: ExpressionFieldProps): JSX.Element {
  const [written, setWritten] = useState(text);
  useEffect(() => setWritten(text), [text]);
  const isOther = written.trim() !== text.trim();
  const run = (): void => {
    if (isOther && written.trim() !== "") onRun(written.trim());
  };
  return (
    <form
      class="metric-expression"
      onSubmit={(event) => {
        event.preventDefault();
        run();
      }}
    >
      <label class="field">
        <span class="muted small">PromQL</span>
        <textarea
          class="input mono"
          rows={written.split("\n").length}
          spellcheck={false}
          value={written}
          onInput={(event) => setWritten(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === "Escape") setWritten(text);
            if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
            event.preventDefault();
            run();
          }}
        />
      </label>
      <p class="line small faint">
        <span class="keys-hint">
          <kbd>⏎</kbd> runs it, <kbd>⇧⏎</kbd> begins a line; a line is an expression
        </span>
        <button type="submit" class="btn short push" disabled={!isOther}>
          Run
        </button>
      </p>
    </form>
  );
}
