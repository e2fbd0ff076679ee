import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { bytes, duration } from "../../data/format.ts";
import { Failure } from "../../ui/state.tsx";

/** What an operation tells on its way. */
type Progress =
  | { readonly type: "stage"; readonly text: string }
  | {
      readonly type: "transfer";
      readonly text: string;
      readonly doneBytes: number;
      readonly totalBytes: number;
      readonly bytesPerSecond: number | null;
      readonly etaMs: number | null;
    };

interface Source extends AsyncIterable<Progress> {
  readonly result: Promise<unknown>;
}

export interface FollowedWork {
  readonly isAtWork: boolean;
  readonly progress: Progress | null;
  readonly failure: Error | null;
  readonly begin: (start: (signal: AbortSignal) => Source, onDone: () => void) => void;
  readonly stop: () => void;
}

/** Follows one long operation; leaving the page ends it. */
export function useFollowing(): FollowedWork {
  const [isAtWork, setIsAtWork] = useState(false);
  const [progress, setProgress] = useState<Progress | null>(null);
  const [failure, setFailure] = useState<Error | null>(null);
  const controller = useRef<AbortController | null>(null);
  const stop = (): void => controller.current?.abort();
  useEffect(() => stop, []);
  const follow = async (source: Source, signal: AbortSignal): Promise<void> => {
    for await (const news of source) if (!signal.aborted) setProgress(news);
    await source.result;
  };
  return {
    isAtWork,
    progress,
    failure,
    stop,
    begin(start, onDone) {
      controller.current = new AbortController();
      const { signal } = controller.current;
      setIsAtWork(true);
      setFailure(null);
      follow(start(signal), signal)
        .then(onDone, (error: unknown) => {
          if (!signal.aborted) setFailure(error instanceof Error ? error : new Error(String(error)));
        })
        .finally(() => {
          setIsAtWork(false);
          setProgress(null);
        });
    },
  };
}

/** One line that says how it comes along; a bar only where the whole is known. */
export function FollowLine({
  following: { progress, failure, isAtWork },
}: {
  readonly following: FollowedWork;
}): JSX.Element | null {
  if (failure) return <Failure error={failure} />;
  if (!isAtWork) return null;
  if (progress === null) return <span class="muted">beginning</span>;
  if (progress.type === "stage") return <span class="muted">{progress.text}</span>;
  const { text, doneBytes, totalBytes, bytesPerSecond, etaMs } = progress;
  return (
    <span class="transfer">
      <progress max={totalBytes} value={doneBytes} aria-label={text} />
      <span class="mono">
        {bytes(doneBytes)} of {bytes(totalBytes)}
        {bytesPerSecond === null ? "" : `, ${bytes(bytesPerSecond)}/s`}
        {etaMs === null ? "" : `, ${duration(etaMs)} left`}
      </span>
    </span>
  );
}
