import type { JSX } from "preact";
import { AlertDetail } from "./alert-detail.tsx";
import { AlertList } from "./alert-list.tsx";
import "./alerts.css";

/** `/alerts`: what fires and what would; `/alerts/:name`: one rule. */
export function AlertsPage({ rest }: { readonly rest: string }): JSX.Element {
  return rest === "" ? <AlertList /> : <AlertDetail key={rest} name={rest} />;
}
