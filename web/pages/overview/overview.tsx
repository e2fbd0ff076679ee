import type { JSX } from "preact";
import { Page } from "../../ui/page.tsx";

export function OverviewPage({ rest: _rest }: { readonly rest: string }): JSX.Element {
  return <Page title="Overview">{null}</Page>;
}
