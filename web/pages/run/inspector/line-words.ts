import { duration, plural } from "../../../data/format.ts";

export interface ServerLine {
  readonly name: string;
  readonly calls: readonly {
    readonly model: string;
    readonly run: string | null;
    readonly waitingMs: number;
    readonly isRunning: boolean;
  }[];
}

/** That a run's calls all stand in line, and how many are before the first of them; null where one is served, or none is there. */
export function lineWords(servers: readonly ServerLine[], run: string): string | null {
  const own = servers.flatMap(({ calls }) => calls.filter((call) => call.run === run));
  if (own.length === 0 || own.some(({ isRunning }) => isRunning)) return null;
  const server = servers.find(({ calls }) => calls.some((call) => call.run === run));
  const before = server?.calls.findIndex((call) => call.run === run) ?? 0;
  const since = duration(own[0]?.waitingMs);
  return `It stands in line at ${server?.name ?? "the model server"} for ${since}, behind ${plural(before, "call")}.`;
}
