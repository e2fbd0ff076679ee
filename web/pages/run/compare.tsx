import type { JSX } from "preact";
import { Page } from "../../ui/page.tsx";

export function ComparePage(_props: object): JSX.Element {
  return <Page title="Compare">{null}</Page>;
}
