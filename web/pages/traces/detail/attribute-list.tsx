import type { JSX } from "preact";
import { bytes } from "../../../data/format.ts";

export interface AttributeListProps {
  readonly title: string;
  readonly aside?: string;
  readonly values: Readonly<Record<string, Value>>;
  /** Asks for what was cut; null where no more can be shown. */
  readonly onWhole: (() => void) | null;
}

interface Value {
  readonly value: unknown;
  /** Of the whole, where this is its beginning. */
  readonly bytes?: number | undefined;
}

/** Names and values. Long texts stand below their name; one that was cut says how long it is. */
export function AttributeList({ title, aside, values, onWhole }: AttributeListProps): JSX.Element | null {
  const entries = Object.entries(values).toSorted(([a], [b]) => (a < b ? -1 : 1));
  if (entries.length === 0 && aside === undefined) return null;
  return (
    <section class="attributes">
      <h3>
        {title} {aside === undefined ? null : <span class="faint small">{aside}</span>}
      </h3>
      <dl>
        {entries.map(([name, { value, bytes: size }]) => (
          <div key={name} class={isLong(value) ? "attribute is-long" : "attribute"}>
            <dt>{breakable(name)}</dt>
            <dd>
              <span class="mono">{toText(value)}</span>
              {size === undefined ? null : (
                <span class="line small muted">
                  its beginning, of {bytes(size)}
                  {onWhole === null ? null : (
                    <button type="button" class="link small" onClick={onWhole}>
                      Show all of it
                    </button>
                  )}
                </span>
              )}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

/** Names break behind their dots. */
function breakable(name: string): (JSX.Element | string)[] {
  return name.split(/(?<=[._])/).flatMap((part, index) => (index === 0 ? [part] : [<wbr key={index} />, part]));
}

// What fits beside a name.
const shortText = 48;

function isLong(value: unknown): boolean {
  return toText(value).length > shortText;
}

function toText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
