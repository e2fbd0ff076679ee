import type { ComponentChildren, JSX } from "preact";
import type { Answer } from "../data/query.ts";
import { Command } from "./command.tsx";
import { copyText } from "./copy.ts";

/** Loading, empty and failed look different on every page because every page draws them with these. */
export function Wait({ lines = 3 }: { readonly lines?: number }): JSX.Element {
  return (
    <div class="wait" role="status" aria-label="loading">
      {Array.from({ length: lines }, (_, index) => (
        <i key={index} style={{ width: `${88 - ((index * 37) % 45)}%` }} />
      ))}
    </div>
  );
}

export interface EmptyProps {
  /** Why there is nothing. */
  readonly title: string;
  readonly children?: ComponentChildren;
  /** What fills it. */
  readonly command?: string;
}

export function Empty({ title, children, command }: EmptyProps): JSX.Element {
  return (
    <div class="empty">
      <h2>{title}</h2>
      {children}
      {command === undefined ? null : <Command text={command} />}
    </div>
  );
}

/** A failure as the catalogue tells it: what, where, how to go on; the same words as in the terminal. */
export function Failure({ error, retry }: { readonly error: Error; readonly retry?: () => void }): JSX.Element {
  const { code, hint, where } = error as Error & { code?: string; hint?: string; where?: string };
  const copied = JSON.stringify(
    { code, message: error.message, hint, where, page: location.pathname + location.search },
    null,
    2,
  );
  // What is behind the first line is the place, drawn with spaces.
  const [said, ...place] = error.message.split("\n");
  return (
    <div class="failure" role="alert">
      <p>
        <strong>{said}</strong> {code === undefined ? null : <code class="faint">{code}</code>}
      </p>
      {place.length === 0 ? null : <pre>{place.join("\n")}</pre>}
      {where === undefined ? null : <p class="muted">{where}</p>}
      {hint === undefined ? null : <p>{hint}</p>}
      <p class="line">
        {retry ? (
          <button type="button" class="btn short" onClick={retry}>
            Try again
          </button>
        ) : null}
        <button type="button" class="btn short quiet" onClick={() => void copyText(copied, "diagnostics")}>
          Copy diagnostics
        </button>
      </p>
    </div>
  );
}

/** Draws an answer: the data where there is some (old data stays while it is asked again), else waiting or the failure. */
export function Shown<T>({
  answer,
  lines,
  children,
}: {
  readonly answer: Answer<T>;
  readonly lines?: number;
  readonly children: (data: T) => ComponentChildren;
}): JSX.Element {
  const { data, error, reload } = answer;
  return (
    <>
      {error ? <Failure error={error} retry={reload} /> : null}
      {data === undefined ? error ? null : <Wait {...(lines === undefined ? {} : { lines })} /> : children(data)}
    </>
  );
}
