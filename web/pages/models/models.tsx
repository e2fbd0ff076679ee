import type { JSX } from "preact";
import { Page } from "../../ui/page.tsx";

export function ModelsPage({ rest: _rest }: { readonly rest: string }): JSX.Element {
  return <Page title="Models">{null}</Page>;
}
