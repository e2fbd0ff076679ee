export const severities = ["info", "warning", "critical"] as const;
export type Severity = (typeof severities)[number];

export type Labels = Readonly<Record<string, string>>;

export type AlertQuery =
  /** PromQL that gives a vector while there is something to tell. */
  | { readonly kind: "metrics"; readonly expression: string }
  /** More traces or log records of the last `windowMs` than `above`. */
  | { readonly kind: "traces" | "logs"; readonly query: string; readonly windowMs: number; readonly above: number };

/** A rule as it is in force, and as the Prometheus rule file is made from. */
export interface AlertRule {
  /** CamelCase, as Prometheus has it. */
  readonly name: string;
  /** What it says, as a sentence. */
  readonly summary: string;
  /** What to do; may be empty. */
  readonly advice: string;
  readonly severity: Severity;
  readonly query: AlertQuery;
  /** How long it must be so before it fires, milliseconds. */
  readonly forMs: number;
  /** Added to those that its query gives. */
  readonly labels: Labels;
  /** Null: those of section `alerts`. */
  readonly channels: readonly string[] | null;
  readonly isEnabled: boolean;
  /** One of Tutti's own, which can be switched off and not removed. */
  readonly isDefault: boolean;
}

/** What of a rule is stored. */
export type Definition = Omit<AlertRule, "name" | "isEnabled" | "isDefault">;
