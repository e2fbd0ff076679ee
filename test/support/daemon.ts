import { readFileSync } from "node:fs";
import type { HostFacts } from "../../src/hosting.ts";
import { until, type Command } from "./command.ts";
import { jsonOf, type Project } from "./project.ts";

/** The one line that `tutti up --json` prints. */
export interface UpLine {
  readonly url: string;
  readonly pid: number;
  readonly home: string;
  readonly tokenFile: string;
  readonly reused?: boolean;
}

export interface UpProcess {
  readonly command: Command;
  readonly line: UpLine;
}

/** `tutti up` on any free port, once it has said where it listens. */
export async function startUp(project: Project, ...words: readonly string[]): Promise<UpProcess> {
  const command = project.start(["up", "--json", "--port", "0", ...words]);
  const [text] = await command.says(/^\{.*\}\n/);
  return { command, line: JSON.parse(text) as UpLine };
}

/** `tutti up --detach`, once it has returned. */
export async function startDetachedUp(project: Project, ...words: readonly string[]): Promise<UpLine> {
  return jsonOf(await project.tutti("up", "--detach", "--json", "--port", "0", ...words)) as UpLine;
}

/** What the daemon says of itself, once it does. */
export async function factsOf(project: Project): Promise<HostFacts> {
  return until("the daemon answers", () => project.call<HostFacts>("host.show").catch(() => null));
}

export function logOf(project: Project): string {
  return readFileSync(`${project.data}/tutti.log`, "utf8");
}
