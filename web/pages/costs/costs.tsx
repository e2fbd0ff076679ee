import type { JSX } from "preact";
import { Page } from "../../ui/page.tsx";

export function CostsPage({ rest: _rest }: { readonly rest: string }): JSX.Element {
  return <Page title="Costs">{null}</Page>;
}
