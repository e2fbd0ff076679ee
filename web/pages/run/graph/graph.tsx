import type { JSX } from "preact";
import type { RunViewProps } from "../run-view.tsx";

export function Graph(_props: RunViewProps): JSX.Element {
  return <p>soon</p>;
}
