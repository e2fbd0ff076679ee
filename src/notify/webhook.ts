import type { Clock } from "../core/clock.ts";
import { TuttiError } from "../core/error.ts";
import type { Channel } from "./notice.ts";
import { secretBytes, sign } from "./signature.ts";

export interface WebhookOptions {
  readonly name: string;
  readonly url: string;
  readonly secret: string | undefined;
  readonly clock: Clock;
  readonly version: string;
}

// A receiver that is slower will hear of it again.
const longestMs = 15_000;

/** Posts JSON as Standard Webhooks has it: signed where there is a secret, with an id that is the same in every try. */
export function webhookChannel({ name, url, secret, clock, version }: WebhookOptions): Channel {
  const key = secret === undefined ? null : secretBytes(secret);
  return {
    name,
    kind: "webhook",
    target: new URL(url).origin,
    async tell({ type, data, ...notice }, { id, signal }) {
      const now = clock.now();
      const body = JSON.stringify({ type, timestamp: new Date(now).toISOString(), data: { ...notice, ...data } });
      const timestamp = Math.floor(now / 1_000);
      const response = await fetch(url, {
        method: "POST",
        body,
        headers: {
          "content-type": "application/json",
          "user-agent": `tutti/${version}`,
          "webhook-id": id,
          "webhook-timestamp": String(timestamp),
          ...(key === null ? {} : { "webhook-signature": sign(key, { id, timestamp, body }) }),
        },
        // What is meant for one place does not go to another that this one names.
        redirect: "manual",
        signal: AbortSignal.any([signal, AbortSignal.timeout(longestMs)]),
      });
      await response.body?.cancel();
      if (!response.ok) throw refused(response.status, new URL(url).origin);
    },
  };
}

function refused(status: number, origin: string): TuttiError {
  const isRedirect = status >= 300 && status < 400;
  return new TuttiError("notify.failed", `${origin} answered ${status}`, {
    hint: isRedirect
      ? "Write the address that it leads to; redirects are not followed."
      : "Look at the receiver's log.",
    // What the receiver will say again needs no second try.
    data: { isFinal: status < 500 && status !== 408 && status !== 429 },
  });
}
