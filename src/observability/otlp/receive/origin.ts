import type { Origin } from "../../record.ts";
import { messageOf, messagesOf, textOf, type Message } from "../wire/field.ts";
import { signals, type Signal } from "../wire/signal.ts";
import { readAttributes } from "./value.ts";

/** Where the records of a request come from, with the records as they came. */
export interface OriginGroup {
  readonly origin: Origin;
  readonly records: readonly Message[];
}

/** On what came in from outside, so that it is not sent on: it would come back in a circle. */
export const receivedMark = "tutti.received";

export function readGroups(request: Message, signal: Signal): OriginGroup[] {
  const { groups, scopes, records } = signals[signal];
  return messagesOf(request, groups).flatMap((group) => {
    const resource = readResource(messageOf(group, "resource") ?? {});
    return messagesOf(group, scopes).map((scoped) => ({
      origin: withScope(resource, messageOf(scoped, "scope") ?? {}),
      records: messagesOf(scoped, records),
    }));
  });
}

function readResource(resource: Message): Pick<Origin, "service" | "resource"> {
  const { "service.name": service, ...others } = readAttributes(resource).values;
  return { service: typeof service === "string" && service !== "" ? service : "unknown_service", resource: others };
}

function withScope({ service, resource }: Pick<Origin, "service" | "resource">, scope: Message): Origin {
  const version = textOf(scope, "version");
  const attributes = Object.entries(readAttributes(scope).values).map(([key, value]) => [`otel.scope.${key}`, value]);
  return {
    service,
    scope: textOf(scope, "name"),
    resource: {
      ...resource,
      ...(version === "" ? {} : { "otel.scope.version": version }),
      ...Object.fromEntries(attributes),
      [receivedMark]: true,
    },
  };
}
