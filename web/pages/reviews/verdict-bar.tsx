import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { useKeys, keyLabel } from "../../shell/keys.ts";
import { Glyph } from "../../ui/glyph.tsx";
import { EditDialog } from "./edit-dialog.tsx";
import { RejectDialog } from "./reject-dialog.tsx";
import { wayOf, type Verdict } from "./verdict.ts";

export interface VerdictBarProps {
  readonly review: { readonly title: string; readonly payload: unknown; readonly choices: readonly string[] };
  /** Whether the payload has been on the screen to its end. */
  readonly isSeen: boolean;
  readonly isAtWork: boolean;
  readonly onVerdict: (verdict: Verdict) => void;
  readonly onSkip: () => void;
}

type Open = "edit" | "reject" | null;

/** The buttons of a decision. They never move, and stay closed until what they decide about was there to be read. */
export function VerdictBar(props: VerdictBarProps): JSX.Element {
  const { review, isSeen, isAtWork, onVerdict, onSkip } = props;
  const [open, setOpen] = useState<Open>(null);
  const way = wayOf(review);
  const canDecide = isSeen && !isAtWork;
  useKeys("This review", [
    { keys: "r", does: "reject with a reason", run: () => setOpen("reject") },
    { keys: "ArrowRight", does: "skip to the next", run: onSkip },
    ...(way === "approval" ? approvalKeys({ canDecide, onVerdict, onEdit: () => setOpen("edit") }) : []),
    ...(way === "choice" ? choiceKeys(review.choices, canDecide, onVerdict) : []),
  ]);
  return (
    <footer class="verdict">
      <div class="line verdict-buttons">
        {way === "approval" ? (
          <Approval canDecide={canDecide} onVerdict={onVerdict} onEdit={() => setOpen("edit")} />
        ) : null}
        {way === "choice" ? <Choices choices={review.choices} canDecide={canDecide} onVerdict={onVerdict} /> : null}
        {way === "words" ? <Words isAtWork={isAtWork} onVerdict={onVerdict} /> : null}
        <button type="button" class="btn" disabled={isAtWork} onClick={() => setOpen("reject")}>
          Reject <kbd>r</kbd>
        </button>
        <button type="button" class="btn quiet" onClick={onSkip}>
          Skip <kbd>→</kbd>
        </button>
      </div>
      <p class="small muted line" role="status">
        <Glyph status={isSeen ? "ok" : "queued"} />
        {isSeen ? "Seen to its end." : "Read to the end first: then it can be decided."}
      </p>
      {open === "edit" ? <EditDialog review={review} onClose={() => setOpen(null)} onVerdict={onVerdict} /> : null}
      {open === "reject" ? (
        <RejectDialog title={review.title} onClose={() => setOpen(null)} onVerdict={onVerdict} />
      ) : null}
    </footer>
  );
}

interface Deciding {
  readonly canDecide: boolean;
  readonly onVerdict: (verdict: Verdict) => void;
  readonly onEdit: () => void;
}

function approvalKeys({ canDecide, onVerdict, onEdit }: Deciding) {
  const approve = (): void => {
    if (canDecide) onVerdict({ kind: "approve" });
  };
  return [
    { keys: "a", does: "approve as it is", run: approve },
    { keys: "mod+Enter", does: "approve as it is", run: approve },
    { keys: "e", does: "edit, then approve", run: () => canDecide && onEdit() },
  ];
}

function choiceKeys(choices: readonly string[], canDecide: boolean, onVerdict: Deciding["onVerdict"]) {
  return choices.slice(0, 9).map((answer, index) => ({
    keys: String(index + 1),
    does: `answer “${answer}”`,
    run: () => canDecide && onVerdict({ kind: "answer", answer }),
  }));
}

function Approval({ canDecide, onVerdict, onEdit }: Deciding): JSX.Element {
  return (
    <>
      <button type="button" class="btn primary" disabled={!canDecide} onClick={() => onVerdict({ kind: "approve" })}>
        Approve <kbd>{keyLabel("mod+Enter")}</kbd>
      </button>
      <button type="button" class="btn" disabled={!canDecide} onClick={onEdit}>
        Edit and approve <kbd>e</kbd>
      </button>
    </>
  );
}

function Choices({
  choices,
  canDecide,
  onVerdict,
}: { readonly choices: readonly string[] } & Omit<Deciding, "onEdit">): JSX.Element {
  return (
    <>
      {choices.map((answer, index) => (
        <button
          type="button"
          key={answer}
          class="btn"
          disabled={!canDecide}
          onClick={() => onVerdict({ kind: "answer", answer })}
        >
          {answer} {index < 9 ? <kbd>{index + 1}</kbd> : null}
        </button>
      ))}
    </>
  );
}

function Words({
  isAtWork,
  onVerdict,
}: {
  readonly isAtWork: boolean;
  readonly onVerdict: Deciding["onVerdict"];
}): JSX.Element {
  const field = useRef<HTMLInputElement>(null);
  const [text, setText] = useState("");
  const answer = text.trim();
  return (
    <form
      class="line words"
      onSubmit={(event) => {
        event.preventDefault();
        if (answer !== "") onVerdict({ kind: "answer", answer });
      }}
    >
      <input
        ref={field}
        class="input"
        aria-label="Your answer"
        placeholder="Your answer"
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
      />
      <button type="submit" class="btn primary" disabled={answer === "" || isAtWork}>
        Answer
      </button>
    </form>
  );
}
