import type { JSX } from "preact";
import { lazy } from "../../data/lazy.tsx";
import { RunList } from "./run-list.tsx";

const Run = lazy(async () => (await import("../run/run.tsx")).RunPage);
const Compare = lazy(async () => (await import("../run/compare.tsx")).ComparePage);

/** `/runs`, `/runs/compare?a=&b=`, `/runs/:id`. */
export function RunsPage({ rest }: { readonly rest: string }): JSX.Element {
  if (rest === "") return <RunList />;
  return rest === "compare" ? <Compare /> : <Run key={rest} id={rest} />;
}
