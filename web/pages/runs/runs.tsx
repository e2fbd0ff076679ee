import type { JSX } from "preact";
import { Page } from "../../ui/page.tsx";

export function RunsPage({ rest: _rest }: { readonly rest: string }): JSX.Element {
  return <Page title="Runs">{null}</Page>;
}
