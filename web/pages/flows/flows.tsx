import type { JSX } from "preact";
import { Page } from "../../ui/page.tsx";

export function FlowsPage({ rest: _rest }: { readonly rest: string }): JSX.Element {
  return <Page title="Flows">{null}</Page>;
}
