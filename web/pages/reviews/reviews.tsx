import type { JSX } from "preact";
import { Page } from "../../ui/page.tsx";

export function ReviewsPage({ rest: _rest }: { readonly rest: string }): JSX.Element {
  return <Page title="Reviews">{null}</Page>;
}
