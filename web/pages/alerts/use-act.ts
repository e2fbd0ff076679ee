import { useState } from "preact/hooks";

export interface Act {
  readonly act: <Result>(work: () => Promise<Result>, then: (result: Result) => void) => void;
  readonly failure: Error | null;
  readonly isBusy: boolean;
}

/** Does one thing at a time and keeps why the last one failed. */
export function useAct(): Act {
  const [failure, setFailure] = useState<Error | null>(null);
  const [isBusy, setIsBusy] = useState(false);
  return {
    failure,
    isBusy,
    act(work, then) {
      setIsBusy(true);
      setFailure(null);
      work()
        .then(then)
        .catch((error: unknown) => setFailure(error instanceof Error ? error : new Error(String(error))))
        .finally(() => setIsBusy(false));
    },
  };
}
