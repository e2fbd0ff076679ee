import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { plural } from "../../data/format.ts";
import { useUrlState, type UrlState } from "../../data/url-state.ts";
import { useKeys } from "../../shell/keys.ts";
import { Choice } from "../../ui/choice.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Page } from "../../ui/page.tsx";
import { QueryChips, QueryText } from "../../ui/query-bar.tsx";
import { LogRows } from "./log-rows.tsx";
import { useLogs, type LoadedLogs } from "./use-logs.ts";
import "../../ui/row-list.css";
import "./logs.css";

const levels = ["debug", "info", "warn", "error"];
const spans = ["1h", "24h", "7d", "30d"];

/** What the daemon and other programs have told, the newest last, and what they tell now. */
export function LogsPage(): JSX.Element {
  const url = useUrlState();
  const [query, level, since] = [url.get("q") ?? "", url.get("level") ?? "", url.get("since") ?? ""];
  const [isPaused, setPaused] = useState(false);
  const logs = useLogs({ query, level, since, isPaused });
  const pause = (): void => setPaused((old) => !old);
  useKeys("Logs", [{ keys: "p", does: isPaused ? "go on with what comes" : "pause what comes", run: pause }]);
  const onQuery = (q: string): void => url.set({ q, line: null });
  return (
    <div class="logs-page">
      <Page
        title="Logs"
        answer="What the daemon and other programs tell, tied to the runs and traces that it is about."
        fill
      >
        <Filters url={url} query={query} level={level} since={since} isPaused={isPaused} onPause={pause} />
        <QueryChips query={query} onQuery={onQuery} />
        <LogRows
          key={`${query} ${level} ${since}`}
          logs={logs}
          isFiltered={query !== "" || level !== "" || since !== ""}
          open={Number(url.get("line") ?? Number.NaN)}
          onOpen={(seq) => url.set({ line: seq === null ? null : String(seq) }, { replace: true })}
          onQuery={onQuery}
        />
        <Foot logs={logs} isPaused={isPaused} />
      </Page>
    </div>
  );
}

interface FiltersProps {
  readonly url: UrlState;
  readonly query: string;
  readonly level: string;
  readonly since: string;
  readonly isPaused: boolean;
  readonly onPause: () => void;
}

function Filters({ url, query, level, since, isPaused, onPause }: FiltersProps): JSX.Element {
  return (
    <div class="query-bar">
      <QueryText
        query={query}
        label="Filter lines"
        placeholder="no space event:job.* run:run_4k7d2mzq01pb"
        onQuery={(q) => url.set({ q, line: null })}
      />
      <Choice
        name={level === "" ? "Level" : `Level: ${level}`}
        options={levels}
        single
        picked={level === "" ? [] : [level]}
        onPick={([least]) => url.set({ level: least, line: null })}
      />
      <Choice
        name="Since"
        options={spans}
        single
        picked={since === "" ? [] : [since]}
        onPick={([time]) => url.set({ since: time, line: null })}
      />
      <button type="button" class="btn" aria-pressed={isPaused} onClick={onPause}>
        <Icon name={isPaused ? "play" : "pause"} />
        {isPaused ? "Go on" : "Pause"}
      </button>
    </div>
  );
}

function Foot({ logs, isPaused }: { readonly logs: LoadedLogs; readonly isPaused: boolean }): JSX.Element {
  const lines = plural(logs.lines.length, "line");
  return (
    <footer class="list-foot">
      <span class="muted" role="status">
        {logs.isComplete ? `${lines} in all` : `the newest ${lines}`}
        {isPaused ? ", paused" : ""}
      </span>
      <span class="push faint small keys-hint">
        <kbd>j</kbd> <kbd>k</kbd> move <kbd>⏎</kbd> open <kbd>p</kbd> pause
      </span>
    </footer>
  );
}
