import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { tutti } from "../../data/api.ts";
import { now } from "../../data/clock.ts";
import { clockTime } from "../../data/format.ts";
import { look } from "../../data/setting.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { Failure } from "../../ui/state.tsx";
import { toast } from "../../ui/toast.tsx";
import { labelText, type Rule } from "./alert-words.ts";
import { useAct } from "./use-act.ts";

const lengths = [
  { text: "30m", word: "30 minutes", ms: 30 * 60_000 },
  { text: "2h", word: "2 hours", ms: 2 * 3_600_000 },
  { text: "8h", word: "8 hours", ms: 8 * 3_600_000 },
  { text: "1d", word: "a day", ms: 86_400_000 },
  { text: "7d", word: "a week", ms: 7 * 86_400_000 },
] as const;

/** Nobody is told of it for a while; the page shows it all the same. */
export function SilenceDialog({ rule, onClose }: { readonly rule: Rule; readonly onClose: () => void }): JSX.Element {
  const [length, setLength] = useState<(typeof lengths)[number]>(lengths[1]);
  const [where, setWhere] = useState("");
  const [reason, setReason] = useState("");
  const { act, failure, isBusy } = useAct();
  const submit = (event: Event): void => {
    event.preventDefault();
    const matchers = where.split(/\s+/).filter((part) => part !== "");
    act(
      () => tutti.alert.silence({ name: rule.name, for: length.text, reason, where: matchers }),
      ({ until }) => (toast(`${rule.name} is silent until ${clockTime(until, now.value, look.value)}`), onClose()),
    );
  };
  return (
    <Dialog title={`Silence ${rule.name}`} onClose={onClose}>
      <form class="stack" onSubmit={submit}>
        <label class="field">
          <span>For</span>
          <select
            class="input"
            value={length.text}
            onChange={(event) =>
              setLength(lengths.find(({ text }) => text === event.currentTarget.value) ?? lengths[1])
            }
          >
            {lengths.map(({ text, word }) => (
              <option key={text} value={text}>
                {word}
              </option>
            ))}
          </select>
          <span class="note">
            Until {clockTime(now.value + length.ms, now.value, look.value)}. It is shown here all the same.
          </span>
        </label>
        <label class="field">
          <span>Only where</span>
          <input
            class="input mono"
            placeholder={labelText(rule.instances[0]?.labels ?? null) || "flow=triage"}
            value={where}
            onInput={(event) => setWhere(event.currentTarget.value)}
          />
          <span class="note">Labels as they stand in the list; empty: all of this rule.</span>
        </label>
        <label class="field">
          <span>Why, for the others</span>
          <input class="input" value={reason} onInput={(event) => setReason(event.currentTarget.value)} />
        </label>
        {failure ? <Failure error={failure} /> : null}
        <div class="dialog-end">
          <button type="submit" class="btn primary" disabled={isBusy}>
            Silence
          </button>
        </div>
      </form>
    </Dialog>
  );
}
