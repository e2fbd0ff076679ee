import { spawn } from "node:child_process";
import type { ShellOptions, ShellResult } from "../../../examples/code-review/git.ts";

export type Answer = (request: { readonly model: string; readonly prompt: string }) => unknown;

/** The verbs that the example uses, run at once and without a journal; results take the way through JSON all the same. */
export function directStep(answer: Answer = unreachableModel): Record<string, unknown> {
  const step = {
    run: async (_name: string, body: (context: { folder: string }) => unknown) =>
      throughJson(await body({ folder: process.cwd() })),
    shell: (_name: string, argv: readonly string[], options: ShellOptions = {}) => shell(argv, options),
    model: async (_name: string, request: Parameters<Answer>[0]) => throughJson(await answer(request)),
    map: async (
      _name: string,
      items: readonly unknown[],
      each: (item: unknown, step: unknown, index: number) => unknown,
    ) => throughJson(await Promise.all(items.map((item, index) => each(item, step, index)))),
    now: () => 0,
  };
  return step;
}

const unreachableModel: Answer = () => ({
  text: "",
  usage: { calls: 0 },
  skipped: { reason: "no model reachable", hint: "Start Ollama with `ollama serve`." },
});

function throughJson(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}

function shell(argv: readonly string[], { stdin, env }: ShellOptions): Promise<ShellResult> {
  return new Promise((resolve, reject) => {
    const [command = "", ...rest] = argv;
    const child = spawn(command, rest, { env: { ...process.env, ...env } });
    const [stdout, stderr]: Buffer[][] = [[], []];
    child.stdout.on("data", (chunk: Buffer) => stdout?.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => stderr?.push(chunk));
    child.on("error", reject);
    child.on("close", (code) => {
      resolve({ stdout: text(stdout), stderr: text(stderr), exitCode: code ?? -1 });
    });
    // A program may end without reading its input; its exit code says the rest.
    child.stdin.on("error", () => undefined);
    child.stdin.end(stdin ?? "");
  });
}

const text = (chunks: readonly Buffer[] = []): string => Buffer.concat(chunks).toString("utf8");
