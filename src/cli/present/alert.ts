import { formatMs } from "../../core/duration.ts";
import type { Colors } from "../terminal-text.ts";
import { table, type TableLook } from "./table.ts";

type Labels = Readonly<Record<string, string>>;
type Query =
  | { readonly kind: "metrics"; readonly expression: string }
  | { readonly kind: "traces" | "logs"; readonly query: string; readonly windowMs: number; readonly above: number };

interface ShownInstance {
  readonly labels: Labels;
  readonly state: "pending" | "firing";
  readonly since: number;
  readonly value: number;
  readonly ack: { readonly at: number; readonly by: string; readonly note: string } | null;
  readonly silencedUntil: number | null;
}

interface ShownRule {
  readonly name: string;
  readonly summary: string;
  readonly advice: string;
  readonly severity: string;
  readonly query: Query;
  readonly forMs: number;
  readonly labels: Labels;
  readonly channels: readonly string[] | null;
  readonly isDefault: boolean;
  readonly isChanged: boolean;
  readonly state: keyof typeof words;
  readonly since: number | null;
  readonly problem: string | null;
  readonly instances: readonly ShownInstance[];
}

interface ShownChange {
  readonly id: number;
  readonly at: number;
  readonly rule: string;
  readonly labels: Labels | null;
  readonly before: keyof typeof words;
  readonly state: keyof typeof words;
  readonly value: number | null;
  readonly note: string | null;
}

interface ShownSilence {
  readonly id: string;
  readonly rule: string | null;
  readonly where: readonly string[];
  readonly until: number;
  readonly createdBy: string;
  readonly reason: string;
}

interface WholeRule extends ShownRule {
  readonly history?: readonly ShownChange[];
  readonly silences?: readonly ShownSilence[];
  readonly change?: "created" | "replaced" | "unchanged";
}

const words = {
  firing: "✕ firing",
  pending: "○ pending",
  error: "! error",
  no_data: "– no data",
  normal: "✓ normal",
  disabled: "– off",
} as const;

export function presentAlerts(rules: readonly ShownRule[], look: TableLook): string {
  const rows = rules.map((rule) => [
    words[rule.state],
    rule.name,
    rule.severity,
    rule.since === null ? "" : time(rule.since),
    rule.problem ?? firingOf(rule),
  ]);
  return table(["state", "rule", "severity", "since", ""], rows, look);
}

/** What fires, with its values; else what the rule says. */
function firingOf({ instances, summary }: ShownRule): string {
  if (instances.length === 0) return summary;
  return instances.map((one) => `${labelText(one.labels, ": ")}${number(one.value)}${said(one)}`).join("; ");
}

function said({ ack, silencedUntil }: ShownInstance): string {
  return `${ack ? " (acknowledged)" : ""}${silencedUntil === null ? "" : " (silenced)"}`;
}

export function presentAlert(rule: WholeRule, look: TableLook): string {
  const { bold, dim } = look.color;
  const { name, state, since, summary, advice, problem, channels, labels, history = [], silences = [] } = rule;
  return [
    `${bold(name)}  ${painted(state, look.color)}${since === null ? "" : ` since ${time(since)}`}${origin(rule, look)}`,
    summary,
    "",
    line("query", queryText(rule.query)),
    line("for", rule.forMs === 0 ? "at once" : spanOf(rule.forMs)),
    line("severity", rule.severity),
    line("told by", channels === null ? "alerts.channels" : channels.join(", ") || "nobody"),
    ...(Object.keys(labels).length === 0 ? [] : [line("labels", labelText(labels))]),
    ...(advice === "" ? [] : [line("what to do", advice)]),
    ...(problem === null ? [] : [line("problem", problem)]),
    ...(rule.instances.length === 0 ? [] : ["", instancesOf(rule.instances, look)]),
    ...silences.flatMap((silence) => ["", dim(silenceText(silence))]),
    ...(history.length === 0 ? [] : ["", presentHistory(history, look)]),
    ...(rule.change === undefined ? [] : ["", dim(`See when it would have fired: tutti alert preview ${name}`)]),
  ].join("\n");
}

const changeWords = { created: "added", replaced: "replaced", unchanged: "is there already" } as const;

function origin({ isDefault, isChanged, change }: WholeRule, { color }: TableLook): string {
  const parts = [
    ...(isDefault ? [isChanged ? "Tutti's own, changed" : "Tutti's own"] : []),
    ...(change === undefined ? [] : [changeWords[change]]),
  ];
  return parts.length === 0 ? "" : color.dim(`  ${parts.join(", ")}`);
}

function instancesOf(instances: readonly ShownInstance[], look: TableLook): string {
  const rows = instances.map((one) => [
    words[one.state],
    labelText(one.labels) || "–",
    number(one.value),
    time(one.since),
    one.ack ? `acknowledged by ${one.ack.by}${one.ack.note === "" ? "" : `: ${one.ack.note}`}` : said(one).trim(),
  ]);
  return table(["state", "labels", "value", "since", ""], rows, look);
}

/** The newest first. */
export function presentHistory(changes: readonly ShownChange[], look: TableLook): string {
  const isOne = new Set(changes.map(({ rule }) => rule)).size === 1;
  const rows = changes.map(({ at, rule, labels, before, state, value, note }) => [
    time(at),
    ...(isOne ? [] : [rule]),
    `${plain(before)} → ${plain(state)}`,
    value === null ? "" : number(value),
    [labels === null ? "" : labelText(labels), note ?? ""].filter((text) => text !== "").join("; "),
  ]);
  return table(["at", ...(isOne ? [] : ["rule"]), "change", "value", ""], rows, look);
}

export function presentSilences(silences: readonly ShownSilence[], look: TableLook): string {
  const rows = silences.map(({ id, rule, where, until, createdBy, reason }) => [
    id,
    rule ?? "every rule",
    where.join(" "),
    time(until),
    createdBy,
    reason,
  ]);
  return table(["id", "rule", "where", "until", "by", "reason"], rows, look);
}

export function presentSilence(silence: ShownSilence): string {
  return `${silenceText(silence)}\nEnd it: tutti alert unsilence ${silence.id}`;
}

function silenceText({ rule, where, until, createdBy, reason }: ShownSilence): string {
  const what = [rule ?? "Every rule", ...where].join(" ");
  return `${what} is silent until ${time(until)}, by ${createdBy}${reason === "" ? "" : `: ${reason}`}`;
}

interface ShownPreview {
  readonly from: number;
  readonly to: number;
  readonly fired: number;
  readonly firingMs: number;
  readonly intervals: readonly { from: number; to: number; labels: Labels; isOpen: boolean }[];
  readonly isCut: boolean;
}

export function presentPreview({ from, to, fired, firingMs, intervals, isCut }: ShownPreview, look: TableLook): string {
  const past = spanOf(to - from);
  const times = fired === 1 ? "once" : `${fired} times`;
  const long = firingMs === 0 ? "just now" : `for ${formatMs(firingMs)}`;
  const sentence = fired === 0 ? "would not have fired" : `would have fired ${times}, ${long}`;
  const rows = intervals.map((one) => [
    time(one.from),
    one.isOpen ? "still fires" : formatMs(one.to - one.from),
    labelText(one.labels),
  ]);
  return [
    `In the last ${past} it ${look.color.bold(sentence)}.`,
    ...(isCut ? [look.color.dim("There was more than can be looked through; the oldest is left out.")] : []),
    ...(rows.length === 0 ? [] : ["", table(["from", "for", "labels"], rows, look)]),
  ].join("\n");
}

interface ShownTest {
  readonly name: string;
  readonly deliveries: readonly { readonly channel: string; readonly error: string | null }[];
  readonly outcome: "fires" | "normal" | "no_data" | "error";
  readonly problem: string | null;
  readonly instances: readonly { readonly labels: Labels; readonly value: number }[];
}

const outcomes = { fires: "gives", normal: "gives nothing now", no_data: "has no data", error: "fails" } as const;

export function presentTest(
  { name, deliveries, outcome, problem, instances }: ShownTest,
  { color }: TableLook,
): string {
  const values = instances.map(({ labels, value }) => `${labelText(labels, ": ")}${number(value)}`);
  return [
    `The query of ${name} ${outcomes[outcome]}${problem === null ? "" : `: ${problem}`} ${values.join("; ")}`.trimEnd(),
    ...(deliveries.length === 0 ? ["There is no channel to tell it by: set alerts.channels"] : []),
    ...deliveries.map(({ channel, error }) =>
      error === null ? `${color.green("✓")} ${channel} was told` : `${color.red("✕")} ${channel}: ${error}`,
    ),
  ].join("\n");
}

export function presentRemovedAlert({
  name,
  isDefault,
}: {
  readonly name: string;
  readonly isDefault: boolean;
}): string {
  return isDefault ? `${name} is again as it came with Tutti.` : "Removed. Its history stays: tutti alert history";
}

function queryText(query: Query): string {
  if (query.kind === "metrics") return query.expression;
  const things = query.kind === "logs" ? "log records" : "traces";
  return `more than ${query.above} ${things} of the last ${spanOf(query.windowMs)} match ${query.query}`;
}

function painted(state: keyof typeof words, { red, yellow, green, dim }: Colors): string {
  const paints = { firing: red, error: red, pending: yellow, normal: green, no_data: dim, disabled: dim };
  return paints[state](words[state]);
}

function plain(state: keyof typeof words): string {
  return words[state].slice(2);
}

/** A span that somebody has set: `24 h`, `30 s`. */
function spanOf(ms: number): string {
  const units = [
    ["d", 86_400_000],
    ["h", 3_600_000],
    ["min", 60_000],
    ["s", 1_000],
  ] as const;
  const [unit, size] = units.find(([name, each]) => ms % each === 0 && ms > (name === "d" ? each : 0)) ?? ["ms", 1];
  return `${ms / size} ${unit}`;
}

function labelText(labels: Labels, after = ""): string {
  const text = Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(" ");
  return text === "" ? "" : `${text}${after}`;
}

const scales = [
  [1e9, "G"],
  [1e6, "M"],
  [1e3, "k"],
] as const;

/** Three digits: `0.091`, `4200`, `181M`. */
function number(value: number): string {
  const [size, unit] = scales.find(([least]) => Math.abs(value) >= least * 10) ?? [1, ""];
  return `${Number((value / size).toPrecision(3))}${unit}`;
}

function time(at: number): string {
  return `${new Date(at).toISOString().replace("T", " ").slice(0, 16)} UTC`;
}

function line(label: string, text: string): string {
  return `${label.padEnd(12)}${text}`;
}
