import { formatMs } from "../../core/duration.ts";
import { amount, money } from "./amount.ts";
import { table, type TableLook } from "./table.ts";

interface ShownTokens {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheCreation: number;
}

interface ShownUse {
  readonly calls: number;
  readonly costUsd: number;
  readonly tokens: ShownTokens;
}

interface ShownView {
  readonly since: number;
  readonly isWhole: boolean;
  readonly totals: ShownUse & {
    readonly sessions: number;
    readonly prompts: number;
    readonly toolCalls: number;
    readonly toolFailures: number;
    readonly errors: number;
    readonly linesAdded: number;
    readonly linesRemoved: number;
    readonly editsAccepted: number;
    readonly editsRejected: number;
    readonly commits: number;
    readonly pullRequests: number;
    readonly activeSeconds: number;
  };
  readonly sessions: readonly (ShownUse & {
    readonly id: string;
    readonly firstAt: number;
    readonly lastAt: number;
    readonly prompts: number;
    readonly toolCalls: number;
    readonly models: readonly string[];
  })[];
  readonly tools: readonly {
    readonly name: string;
    readonly calls: number;
    readonly failures: number;
    readonly accepted: number;
    readonly rejected: number;
    readonly medianMs: number | null;
    readonly p95Ms: number | null;
  }[];
  readonly errors: readonly { readonly at: number; readonly event: string; readonly message: string }[];
}

const mostRows = 10;

/** What Claude Code did: the sums, the last sessions, the tools, what went wrong. */
export function presentClaude(view: ShownView, look: TableLook): string {
  const { totals, sessions, tools, errors, since } = view;
  const isEmpty = totals.sessions === 0 && totals.calls === 0 && totals.toolCalls === 0;
  if (isEmpty) {
    return `Claude Code has told nothing since ${instant(since)}. To have it tell: eval "$(tutti claude env)" && claude`;
  }
  const parts = [
    summary(view, look),
    ...(sessions.length > 0 ? [table(sessionHeads, sessions.slice(0, mostRows).map(sessionCells), look)] : []),
    ...(tools.length > 0 ? [table(toolHeads, tools.slice(0, mostRows).map(toolCells), look)] : []),
    ...(errors.length > 0 ? [table(errorHeads, errors.slice(0, mostRows).map(errorCells), look)] : []),
  ];
  return parts.join("\n\n");
}

function summary({ totals, since, isWhole }: ShownView, { color }: TableLook): string {
  const { tokens } = totals;
  return [
    `${color.bold(counted(totals.sessions, "session"))}, ${counted(totals.prompts, "prompt")}, ${counted(totals.toolCalls, "tool call")} (${amount(totals.toolFailures)} failed), ${counted(totals.errors, "error")}`,
    `${money(totals.costUsd, "USD")} at list prices; tokens: ${amount(tokens.input)} in, ${amount(tokens.output)} out, ${amount(tokens.cacheRead)} read from the cache, ${amount(tokens.cacheCreation)} written to it`,
    `lines +${amount(totals.linesAdded)} −${amount(totals.linesRemoved)}; edits ${amount(totals.editsAccepted)} accepted, ${amount(totals.editsRejected)} rejected; ${counted(totals.commits, "commit")}, ${counted(totals.pullRequests, "pull request")}`,
    color.dim(
      `Since ${instant(since)}.${isWhole ? "" : " There is more than is read at once: the oldest is not in it."}`,
    ),
  ].join("\n");
}

function counted(value: number, one: string): string {
  return `${amount(value)} ${one}${value === 1 ? "" : "s"}`;
}

const sessionHeads = ["session", "from", "to", "prompts", "tools", "in", "out", "money", "models"];

function sessionCells(session: ShownView["sessions"][number]): string[] {
  const { id, firstAt, lastAt, prompts, toolCalls, tokens, costUsd, models } = session;
  return [
    id,
    instant(firstAt),
    instant(lastAt),
    amount(prompts),
    amount(toolCalls),
    amount(tokens.input + tokens.cacheRead + tokens.cacheCreation),
    amount(tokens.output),
    money(costUsd, "USD"),
    models.join(", "),
  ];
}

const toolHeads = ["tool", "calls", "failed", "accepted", "rejected", "median", "p95"];

function toolCells({
  name,
  calls,
  failures,
  accepted,
  rejected,
  medianMs,
  p95Ms,
}: ShownView["tools"][number]): string[] {
  return [name, amount(calls), amount(failures), amount(accepted), amount(rejected), time(medianMs), time(p95Ms)];
}

function time(ms: number | null): string {
  return ms === null ? "–" : formatMs(ms);
}

const errorHeads = ["at", "what", "message"];

function errorCells({ at, event, message }: ShownView["errors"][number]): string[] {
  return [instant(at), event, message];
}

function instant(at: number): string {
  return new Date(at).toISOString().slice(0, 16).replace("T", " ");
}
