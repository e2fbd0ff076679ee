import type { JSX } from "preact";
import { lazy } from "../../data/lazy.tsx";
import { TraceList } from "./trace-list.tsx";

const Trace = lazy(async () => (await import("./detail/trace.tsx")).TracePage);

/** `/traces`, `/traces/:id`. */
export function TracesPage({ rest }: { readonly rest: string }): JSX.Element {
  return rest === "" ? <TraceList /> : <Trace key={rest} id={rest} />;
}
