import { TuttiError } from "../../core/error.ts";
import { nearest } from "../../core/nearest.ts";
import { loadAgents } from "./agent-file.ts";
import type { Agent } from "../work-ports.ts";

/** The agent of that name in the folders' files, without the tools that its file forbids. `agent.invalid` if there is none. */
export async function findAgent(folders: readonly string[], name: string): Promise<Agent> {
  const { agents, problems } = await loadAgents(folders);
  const found = agents.get(name);
  if (found) return { ...found, tools: (found.tools ?? []).filter((tool) => !found.withoutTools?.includes(tool)) };
  const own = problems.find((problem) => problem.name === name);
  if (own) throw own.error;
  const meant = nearest(name, agents.keys());
  const hints = [
    meant === undefined ? `Put one into agents/${name}.md.` : `Did you mean ${meant}?`,
    `There are: ${[...agents.keys()].join(", ") || "none"}.`,
    ...problems.map(({ error }) => `Not usable: ${error.message}.`),
  ];
  throw new TuttiError("agent.invalid", `there is no agent "${name}"`, { hint: hints.join(" ") });
}
