import { TuttiError } from "../../core/error.ts";
import type { Fetch } from "../ollama/patient-fetch.ts";

/** In the place of `fetch` for a host that nobody allowed: no request at all, whoever asks, not even its name is looked up. */
export function guardFetch(url: string): Fetch {
  const { hostname } = new URL(url);
  return async () => {
    throw new TuttiError("model.unreachable", `The model server ${url} is not on this machine, so it was not asked`, {
      hint: `Add ${hostname} to models.allowRemote to let prompts leave this machine.`,
      data: { url },
    });
  };
}
