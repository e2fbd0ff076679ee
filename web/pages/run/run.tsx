import type { JSX } from "preact";
import { Page } from "../../ui/page.tsx";

export function RunPage({ id }: { readonly id: string }): JSX.Element {
  return <Page title={id}>{null}</Page>;
}
