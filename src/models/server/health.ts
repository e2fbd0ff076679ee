import type { Clock, EpochMs } from "../../core/clock.ts";
import type { TuttiError } from "../../core/error.ts";
import type { Reachable } from "../provider.ts";

/** Whether a server answers: asked rarely, and learned from every call. */
export interface ServerHealth {
  /** As known now, without asking; undefined if nothing is. */
  readonly known: Reachable | undefined;
  /** It has answered in this process's life. Then a refused connection is a restart, not a server that was never started. */
  readonly hasAnswered: boolean;
  /** Known, or asked: the server is asked at most every few seconds, by one request for all who want to know. */
  look(signal: AbortSignal): Promise<Reachable>;
  answered(): void;
  lost(error: TuttiError): void;
}

// Long enough that a flow of many steps does not ask at each, short enough that a restarted server is used again soon.
const validMs = 5_000;

export function createServerHealth(clock: Clock, ask: (signal: AbortSignal) => Promise<Reachable>): ServerHealth {
  let last: { readonly state: Reachable; readonly at: EpochMs } | undefined;
  let asking: Promise<Reachable> | undefined;
  let hasAnswered = false;
  const learn = (state: Reachable): Reachable => {
    last = { state, at: clock.now() };
    hasAnswered ||= state.ok;
    return state;
  };
  const known = (): Reachable | undefined => (last && clock.now() - last.at < validMs ? last.state : undefined);
  const askOnce = async (signal: AbortSignal): Promise<Reachable> => {
    try {
      return learn(await ask(signal));
    } finally {
      asking = undefined;
    }
  };
  return {
    get known() {
      return known();
    },
    get hasAnswered() {
      return hasAnswered;
    },
    look: async (signal) => known() ?? (asking ??= askOnce(signal)),
    answered: () => void learn({ ok: true }),
    lost: (error) => void learn({ ok: false, reason: error.message, hint: error.hint ?? "See the log of the server." }),
  };
}
