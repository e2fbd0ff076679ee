import { isRecord, type StepData } from "./step-data.ts";

export interface Gist {
  readonly name: string;
  readonly value: unknown;
  /** What else is to be known of it, in a few words. */
  readonly note: string;
}

/** What a reader wants of a step's output; null: all of it, as it is. */
export function gistOf({ kind, output, turn }: Pick<StepData, "kind" | "output" | "turn">): Gist | null {
  const value = output?.value;
  if (!isRecord(value)) return null;
  if (kind === "shell" || isProgram(value)) return programGist(value);
  if (kind !== "model" && kind !== "agent" && turn === null) return null;
  if (value["output"] !== undefined) return { name: "Answer", value: value["output"], note: "" };
  const { text } = value;
  return typeof text === "string" && text !== "" ? { name: "Answer", value: text, note: "" } : null;
}

function isProgram(value: Readonly<Record<string, unknown>>): boolean {
  return typeof value["exitCode"] === "number" && typeof value["stdout"] === "string";
}

function programGist({ stdout, stderr, exitCode }: Readonly<Record<string, unknown>>): Gist | null {
  const [out, err] = [stdout, stderr].map((one) => (typeof one === "string" ? one : ""));
  if (!out && !err) return null;
  const code = typeof exitCode === "number" ? `exit code ${exitCode}` : "";
  const also = out && err ? ", with words on stderr: see Raw" : "";
  return { name: out ? "Printed" : "Printed on stderr", value: out || err, note: `${code}${also}` };
}
