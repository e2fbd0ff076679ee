import { useEffect, useState } from "preact/hooks";
import { tutti } from "../../../data/api.ts";
import { onEvents } from "../../../data/live.ts";
import type { LoggedEvent } from "./line.ts";

export interface RunLogAnswer {
  readonly events: readonly LoggedEvent[];
  readonly error: Error | undefined;
  /** Everything that is stored is there. */
  readonly isComplete: boolean;
  readonly reload: () => void;
}

const perPage = 1_000;
const pauseMs = 250;

/** All stored events of a run, page by page, and then what comes. */
export function useLog(run: string): RunLogAnswer {
  const [state, setState] = useState<Omit<RunLogAnswer, "reload">>({ events: [], error: undefined, isComplete: false });
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const controller = new AbortController();
    let events: LoggedEvent[] = [];
    let timer = 0;
    let isReading = false;
    const read = async (): Promise<void> => {
      if (isReading) return soon();
      isReading = true;
      try {
        for (;;) {
          const after = events.at(-1)?.sequence ?? 0;
          const page = await tutti.event.list({ subject: run, after, limit: perPage }, { signal: controller.signal });
          events = events.concat(page);
          const isComplete = page.length < perPage;
          setState({ events, error: undefined, isComplete });
          if (isComplete) break;
        }
      } catch (error) {
        if (controller.signal.aborted) return;
        setState({ events, error: error instanceof Error ? error : new Error(String(error)), isComplete: false });
      } finally {
        isReading = false;
      }
    };
    const soon = (): void => {
      window.clearTimeout(timer);
      timer = window.setTimeout(() => void read(), pauseMs);
    };
    const stop = onEvents((news) => {
      if (news.some(({ subject, type }) => subject === run || type === "tutti.resync")) soon();
    });
    void read();
    return () => {
      stop();
      window.clearTimeout(timer);
      controller.abort();
    };
  }, [run, turn]);
  return { ...state, reload: () => setTurn((old) => old + 1) };
}
