import type { JSX } from "preact";
import { Page } from "../../ui/page.tsx";

export function DoctorPage({ rest: _rest }: { readonly rest: string }): JSX.Element {
  return <Page title="Doctor">{null}</Page>;
}
