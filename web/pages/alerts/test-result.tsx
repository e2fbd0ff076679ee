import type { JSX } from "preact";
import { tutti } from "../../data/api.ts";
import { toast } from "../../ui/toast.tsx";
import { Failure } from "../../ui/state.tsx";
import type { Act } from "./use-act.ts";

type Tested = Awaited<ReturnType<typeof tutti.alert.test>>;

/** A button that tells people once, and says who was told. */
export function TestResult({ name, test }: { readonly name: string; readonly test: Act }): JSX.Element {
  return (
    <>
      <button
        type="button"
        class="btn"
        disabled={test.isBusy}
        onClick={() => test.act(() => tutti.alert.test({ name }), say)}
      >
        {test.isBusy ? "Sending …" : "Send a test"}
      </button>
      {test.failure ? <Failure error={test.failure} /> : null}
    </>
  );
}

function say({ deliveries }: Tested): void {
  const failed = deliveries.filter(({ error }) => error !== null);
  if (deliveries.length === 0) {
    toast("There is no channel to tell it by: set alerts.channels", { tone: "fail" });
    return;
  }
  if (failed.length > 0) {
    toast(failed.map(({ channel, error }) => `${channel}: ${error}`).join("; "), { tone: "fail" });
    return;
  }
  toast(`Told by ${deliveries.map(({ channel }) => channel).join(", ")}`);
}
