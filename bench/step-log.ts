import { appendFileSync, existsSync, readFileSync } from "node:fs";

/** A step that has started, written down outside of every database. */
export interface LoggedStep {
  readonly run: string;
  readonly number: number;
  readonly pid: number;
  /** Epoch milliseconds. */
  readonly at: number;
}

export function logStep(file: string, { run, number }: Pick<LoggedStep, "run" | "number">): void {
  appendFileSync(file, `${run} ${number} ${process.pid} ${Date.now()}\n`);
}

export function readSteps(file: string): LoggedStep[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8").split("\n").slice(0, -1);
  return lines.map((line) => {
    const [run = "", number, pid, at] = line.split(" ");
    return { run, number: Number(number), pid: Number(pid), at: Number(at) };
  });
}
