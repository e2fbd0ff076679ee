import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { tutti } from "../../data/api.ts";
import { now } from "../../data/clock.ts";
import { duration } from "../../data/format.ts";
import { useQuery, type Answer } from "../../data/query.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { Failure, Shown } from "../../ui/state.tsx";
import { Clock } from "../../ui/time.tsx";
import { toast } from "../../ui/toast.tsx";

type Schedule = Awaited<ReturnType<typeof tutti.schedule.list>>[number];

/** When a flow runs by itself. */
export function Schedules({ flow }: { readonly flow: string }): JSX.Element {
  const schedules = useQuery("schedules", (signal) => tutti.schedule.list({}, { signal }), {
    changedBy: ({ type }) => type === "tutti.run.created",
    everyMs: 60_000,
  });
  const [isAdding, setIsAdding] = useState(false);
  return (
    <section class="stack">
      <h2>
        Schedules
        <button type="button" class="btn short push" onClick={() => setIsAdding(true)}>
          Add
        </button>
      </h2>
      <Shown answer={schedules}>
        {(list) => {
          const own = list.filter((schedule) => schedule.flow === flow);
          if (own.length === 0) return <p class="muted">It runs only when it is started.</p>;
          return (
            <ul class="schedules">
              {own.map((schedule) => (
                <Line key={schedule.name} schedule={schedule} schedules={schedules} />
              ))}
            </ul>
          );
        }}
      </Shown>
      {isAdding ? <AddDialog flow={flow} onClose={() => (setIsAdding(false), schedules.reload())} /> : null}
    </section>
  );
}

function Line({
  schedule,
  schedules,
}: {
  readonly schedule: Schedule;
  readonly schedules: Answer<unknown>;
}): JSX.Element {
  const { name, cron, every, timeZone, isPaused, nextAt, problem } = schedule;
  const act = (done: Promise<unknown>, word: string): void => {
    done
      .then(
        () => toast(`${word} ${name}`),
        (error: unknown) => toast(error instanceof Error ? error.message : String(error), { tone: "fail" }),
      )
      .finally(schedules.reload);
  };
  return (
    <li>
      <b>{name}</b> <code class="muted">{cron ?? `every ${every}`}</code>
      <div class="small muted">
        {timeZone};{" "}
        {isPaused || nextAt === null ? (
          "paused"
        ) : (
          <>
            next in {duration(Math.max(0, nextAt - now.value))}, at <Clock at={nextAt} />
          </>
        )}
      </div>
      {problem === null ? null : <div class="small is-fail">{problem}</div>}
      <div class="line">
        <button
          type="button"
          class="link small"
          onClick={() =>
            act(
              isPaused ? tutti.schedule.resume({ name }) : tutti.schedule.pause({ name }),
              isPaused ? "Resumed" : "Paused",
            )
          }
        >
          {isPaused ? "Resume" : "Pause"}
        </button>
        <button type="button" class="link small" onClick={() => act(tutti.schedule.remove({ name }), "Removed")}>
          Remove
        </button>
      </div>
    </li>
  );
}

function AddDialog({ flow, onClose }: { readonly flow: string; readonly onClose: () => void }): JSX.Element {
  const [name, setName] = useState(flow);
  const [rule, setRule] = useState("0 9 * * 1-5");
  const [input, setInput] = useState("");
  const [failure, setFailure] = useState<Error | null>(null);
  const add = async (event: Event): Promise<void> => {
    event.preventDefault();
    try {
      // A duration has no blank between its parts; a cron rule has at least four.
      const when = rule.trim().includes(" ") ? { cron: rule.trim() } : { every: rule.trim() };
      const given = input.trim() === "" ? {} : { input: JSON.parse(input) as unknown };
      await tutti.schedule.add({
        name,
        flow,
        timeZone: new Intl.DateTimeFormat().resolvedOptions().timeZone,
        ...when,
        ...given,
      });
      onClose();
    } catch (error) {
      setFailure(error instanceof Error ? error : new Error(String(error)));
    }
  };
  return (
    <Dialog title={`Run ${flow} by itself`} onClose={onClose}>
      <form class="stack" onSubmit={(event) => void add(event)}>
        <label class="field">
          <span>Name</span>
          <input class="input" value={name} onInput={(event) => setName(event.currentTarget.value)} />
        </label>
        <label class="field">
          <span>When</span>
          <input class="input mono" value={rule} onInput={(event) => setRule(event.currentTarget.value)} />
          <span class="note">
            A cron rule (minute hour day month weekday), or a time between runs such as <code>15m</code>.
          </span>
        </label>
        <label class="field">
          <span>
            Input <span class="faint small">optional</span>
          </span>
          <textarea
            class="input mono"
            rows={3}
            value={input}
            onInput={(event) => setInput(event.currentTarget.value)}
          />
          <span class="note">JSON</span>
        </label>
        {failure ? <Failure error={failure} /> : null}
        <div class="dialog-end">
          <button type="submit" class="btn primary">
            Add schedule
          </button>
        </div>
      </form>
    </Dialog>
  );
}
