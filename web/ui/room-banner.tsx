import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { tutti } from "../data/api.ts";
import { bytes } from "../data/format.ts";
import { useQuery } from "../data/query.ts";
import { pruneOffer, roomProblem, type Sizes } from "../data/storage.ts";
import { Dialog } from "./dialog.tsx";
import { Glyph } from "./glyph.tsx";
import { Failure } from "./state.tsx";
import { toast } from "./toast.tsx";

const days = 30;
const old = { olderThan: `${days}d`, only: "runs" } as const;

/** Says that room is short, and offers what makes some. Nothing while there is enough. */
export function RoomBanner({ sizes }: { readonly sizes: Sizes }): JSX.Element | null {
  const problem = roomProblem(sizes);
  return problem === null ? null : <ShortRoom problem={problem} />;
}

function ShortRoom({ problem }: { readonly problem: string }): JSX.Element {
  const preview = useQuery(
    "storage.preview",
    (signal) => tutti.storage.prune({ ...old, dryRun: true }, { signal }).result,
  );
  const [isAsking, setIsAsking] = useState(false);
  const offer = preview.data ? pruneOffer(preview.data, days) : null;
  return (
    <p class="line" role="status">
      <Glyph status="warn" />
      <span>{problem}</span>
      {offer === null ? null : (
        <button type="button" class="btn" onClick={() => setIsAsking(true)}>
          {offer}
        </button>
      )}
      {isAsking ? <PruneDialog onClose={() => setIsAsking(false)} /> : null}
    </p>
  );
}

function PruneDialog({ onClose }: { readonly onClose: () => void }): JSX.Element {
  const [failure, setFailure] = useState<Error | null>(null);
  const [isBusy, setIsBusy] = useState(false);
  const prune = (): void => {
    setIsBusy(true);
    tutti.storage.prune(old).result.then(
      ({ freedBytes }) => {
        toast(`The data takes ${bytes(freedBytes)} less.`);
        onClose();
      },
      (error: unknown) => {
        setFailure(error instanceof Error ? error : new Error(String(error)));
        setIsBusy(false);
      },
    );
  };
  const end = (
    <button type="button" class="btn primary" disabled={isBusy} onClick={prune}>
      Remove them
    </button>
  );
  return (
    <Dialog title="Remove old runs for good" onClose={onClose} end={end}>
      <p>Runs that ended more than {days} days ago go with their steps. Open ones, decisions and sums of costs stay.</p>
      {failure ? <Failure error={failure} /> : null}
    </Dialog>
  );
}
