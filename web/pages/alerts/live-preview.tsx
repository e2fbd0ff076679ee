import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { tutti } from "../../data/api.ts";
import { useQuery } from "../../data/query.ts";
import { Failure, Wait } from "../../ui/state.tsx";
import type { QueryInput } from "./builder.ts";
import { PreviewChart } from "./preview-chart.tsx";

// Whoever types is not asked after each letter whether it is PromQL yet.
const pauseMs = 500;

/** When the query that is being written would have fired. */
export function LivePreview({ query }: { readonly query: QueryInput | null }): JSX.Element | null {
  const key = useSettled(query === null ? null : JSON.stringify(query));
  const preview = useQuery(key === null ? null : `alerts.preview ${key}`, (signal) =>
    tutti.alert.preview(JSON.parse(key ?? "{}") as QueryInput, { signal }),
  );
  if (key === null)
    return <p class="muted small">When the query is whole, it is shown here when it would have fired.</p>;
  if (preview.error) return <Failure error={preview.error} />;
  return preview.data ? <PreviewChart preview={preview.data} /> : <Wait lines={4} />;
}

function useSettled(text: string | null): string | null {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = window.setTimeout(() => setSettled(text), pauseMs);
    return () => window.clearTimeout(timer);
  }, [text]);
  return settled;
}
