export interface TriggerWords {
  readonly words: string;
  /** Another run that it comes from. */
  readonly run?: string;
}

const words: Readonly<Record<string, string>> = {
  cli: "started by hand",
  web: "started in the browser",
  http: "started over HTTP",
  sdk: "started by a program",
  mcp: "started by an agent over MCP",
};

/** Who or what has started a run. */
export function triggerWords(trigger: string | null | undefined): TriggerWords {
  if (!trigger) return { words: "started by something unknown" };
  const [kind = "", run = ""] = trigger.split(/:(.*)/s);
  if (run !== "" && kind === "run") return { words: "started by", run };
  if (run !== "" && kind === "fork") return { words: "a fork of", run };
  if (run !== "" && kind === "retry") return { words: "a new try of", run };
  if (kind === "schedule") return { words: `started by the schedule ${run}` };
  return { words: words[trigger] ?? `started by ${trigger}` };
}
