import { formatMs } from "../../core/duration.ts";
import { labelsInWords } from "./labels.ts";
import type { AlertRule, Labels, Severity } from "./rule.ts";

/** What people are told. */
export interface Notice {
  /** `alert.firing`, `alert.reminder`, `alert.resolved`, `alert.test`: for programs that are told. */
  readonly type: string;
  readonly title: string;
  readonly body: string;
  readonly severity: Severity;
  /** A page of the web UI: `/alerts/…`. */
  readonly path: string;
  /** For programs: what a webhook and a command are handed. */
  readonly data: Readonly<Record<string, unknown>>;
}

export interface NoticeDelivery {
  readonly channel: string;
  readonly error: string | null;
}

/** Tells people by the named channels. Never throws: what went wrong is in the answer, which comes within a minute. */
export type Notify = (notice: Notice, channels: readonly string[]) => Promise<readonly NoticeDelivery[]>;

export type NoticeKind = "firing" | "reminder" | "resolved" | "test";

/** A set of labels that is told of. */
export interface Told {
  readonly labels: Labels;
  readonly value: number;
  readonly since: number;
}

const verbs: Readonly<Record<NoticeKind, string>> = {
  firing: "fires",
  reminder: "still fires",
  resolved: "is over",
  test: "is a test",
};

// A mail of a thousand lines is read by nobody.
const mostLines = 10;

/** One notice for all sets of labels of a rule that are told of at once. */
export function noticeOf(
  rule: AlertRule,
  kind: NoticeKind,
  { instances, now }: { readonly instances: readonly Told[]; readonly now: number },
): Notice {
  const { name, summary, advice, severity } = rule;
  const lines = instances.slice(0, mostLines).map((told) => lineOf(told, now));
  const rest = instances.length - lines.length;
  const body = [
    `${summary}.`,
    ...lines.filter((line) => line !== ""),
    ...(rest > 0 ? [`and ${rest} more`] : []),
    ...(advice === "" || kind === "resolved" ? [] : [`What to do: ${advice}`]),
  ];
  return {
    type: `alert.${kind}`,
    title: `${name} ${verbs[kind]}${instances.length > 1 ? ` (${instances.length})` : ""}`,
    body: body.join("\n"),
    severity: kind === "firing" || kind === "reminder" ? severity : "info",
    path: `/alerts/${name}`,
    data: { rule: name, state: kind, severity, summary, advice, instances },
  };
}

function lineOf({ labels, value, since }: Told, now: number): string {
  const words = labelsInWords(labels);
  const lasts = now - since >= 60_000 ? `, for ${formatMs(now - since)}` : "";
  return `${words === "" ? "" : `${words}: `}${Number(value.toPrecision(3))}${lasts}`;
}
