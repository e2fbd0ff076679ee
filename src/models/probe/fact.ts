import type { Clock, EpochMs } from "../../core/clock.ts";
import { TuttiError } from "../../core/error.ts";
import type { ModelKeeper } from "../keeper.ts";
import type { ProbeStore } from "../model-store.ts";
import type { ProbeFacts } from "./probe.ts";

/** A model at its keeper. */
export interface KeptModel {
  readonly keeper: ModelKeeper;
  /** As the keeper writes it. */
  readonly model: string;
  /** As it was asked for, without its server; only this tells the scheme of a registry. */
  readonly asked: string;
  /** `provider/name`, the name under which its facts are kept. */
  readonly full: string;
}

/** What was measured of the model as it is now; null where nothing was, or not of its present content. Never throws. */
export type FactsReader = (kept: KeptModel, signal: AbortSignal) => Promise<ProbeFacts | null>;

// A pull is rare, and every call of a model asks: facts of a content that was just replaced may be told this long.
const digestHoldsMs = 60_000;

export function createFactsReader(probes: ProbeStore, clock: Clock): FactsReader {
  const digests = new Map<string, { readonly digest: string; readonly at: EpochMs }>();
  const digestNow = async ({ keeper, model, full }: KeptModel, signal: AbortSignal): Promise<string> => {
    const key = `${keeper.server} ${full}`;
    const known = digests.get(key);
    if (known && clock.now() - known.at < digestHoldsMs) return known.digest;
    const digest = await keeper.digest(model, signal);
    digests.set(key, { digest, at: clock.now() });
    return digest;
  };
  return async (kept, signal) => {
    try {
      const all = await probes.of(kept.keeper.server, kept.full);
      if (all.length === 0) return null;
      const digest = await digestNow(kept, signal);
      return all.find((facts) => facts.digest === digest) ?? null;
    } catch (error) {
      // Without its server or the database, nothing is known of it; who calls the model hears of the first.
      if (error instanceof TuttiError) return null;
      throw error;
    }
  };
}

export interface ProbeState {
  readonly facts: ProbeFacts;
  /** The model has changed since. */
  readonly isStale: boolean;
}

/** The probe of the present content, or the newest of an earlier one, which is stale. `facts`: the newest first. */
export function probeState(facts: readonly ProbeFacts[], digest: string | undefined): ProbeState | null {
  const present = facts.find((one) => one.digest === digest);
  const found = present ?? facts[0];
  return found ? { facts: found, isStale: present === undefined } : null;
}

/** What the probes have found of the models of every server; a model's name says whose it is. */
export async function factsOfServers(
  registry: { servers(): readonly { readonly url: string }[] },
  probes: Pick<ProbeStore, "all">,
): Promise<readonly ProbeFacts[]> {
  return (await Promise.all(registry.servers().map(({ url }) => probes.all(url)))).flat();
}
