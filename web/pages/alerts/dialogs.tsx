import type { JSX } from "preact";
import { useUrlState } from "../../data/url-state.ts";
import { AckDialog } from "./ack-dialog.tsx";
import type { Rule } from "./alert-words.ts";
import { RuleDialog } from "./rule-dialog.tsx";
import { SilenceDialog } from "./silence-dialog.tsx";

/** What is being done stands in the address: `?do=ack`, `?do=silence`, `?do=edit`, `?do=new`. */
export function AlertDialogs({
  rule,
  onDone,
}: {
  readonly rule: Rule | null;
  readonly onDone: () => void;
}): JSX.Element | null {
  const url = useUrlState();
  const close = (): void => {
    url.set({ do: null, of: null }, { replace: true });
    onDone();
  };
  switch (url.get("do")) {
    case "new":
      return <RuleDialog rule={null} onClose={close} />;
    case "edit":
      return rule === null ? null : <RuleDialog key={rule.name} rule={rule} onClose={close} />;
    case "ack":
      return rule === null ? null : <AckDialog rule={rule} onClose={close} />;
    case "silence":
      return rule === null ? null : <SilenceDialog rule={rule} onClose={close} />;
    default:
      return null;
  }
}
