import type { JSX } from "preact";
import { Page } from "../../ui/page.tsx";

export function SettingsPage({ rest: _rest }: { readonly rest: string }): JSX.Element {
  return <Page title="Settings">{null}</Page>;
}
