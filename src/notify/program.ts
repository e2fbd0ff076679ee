import { TuttiError } from "../core/error.ts";
import type { Channel, Notice } from "./notice.ts";

/** How a program is run; app.ts hands in the tools room's. */
export type RunProgram = (request: {
  argv: readonly string[];
  cwd: string;
  env: Readonly<Record<string, string | undefined>>;
  stdin?: string;
  timeoutMs: number;
  maxOutputBytes: number;
  signal: AbortSignal;
}) => Promise<{ readonly exitCode: number; readonly stderr: string; readonly ended?: "timeout" | "output" }>;

export interface ProgramPorts {
  readonly runProgram: RunProgram;
  readonly folder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

const longestMs = 15_000;
const mostOutputBytes = 65_536;

/** The user's own program: the notice as JSON on its standard input, and its words in the environment. */
export function commandChannel(name: string, argv: readonly string[], ports: ProgramPorts): Channel {
  return {
    name,
    kind: "command",
    target: argv.join(" "),
    async tell(notice, { id, signal }) {
      const stdin = `${JSON.stringify({ id, ...notice })}\n`;
      await run(ports, { argv, stdin, env: variablesOf(notice), signal });
    },
  };
}

/** The desktop of who runs this process. Words are handed over as arguments, never as part of a script. */
export function desktopChannel(platform: NodeJS.Platform, ports: ProgramPorts): Channel {
  return {
    name: "desktop",
    kind: "desktop",
    target: "this machine",
    async tell(notice, { signal }) {
      await run(ports, { argv: desktopArgv(platform, notice), env: {}, signal });
    },
    async prove(signal) {
      const [program = ""] = desktopArgv(platform, nothing);
      await run(ports, { argv: ["which", program], env: {}, signal });
    },
  };
}

const nothing: Notice = { type: "", title: "", body: "", severity: "info", path: "/", data: {} };
const urgency = { info: "low", warning: "normal", critical: "critical" } as const;
const appleScript = "on run argv\ndisplay notification (item 2 of argv) with title (item 1 of argv)\nend run";

export function desktopArgv(platform: NodeJS.Platform, { title, body, severity }: Notice): readonly string[] {
  if (platform === "darwin") return ["osascript", "-e", appleScript, title, body];
  if (platform === "linux")
    return ["notify-send", `--urgency=${urgency[severity]}`, "--app-name=Tutti", "--", title, body];
  throw new TuttiError("notify.failed", `there are no desktop notices on ${platform}`, {
    hint: "Name a command of your own under notify.channels in tutti.yaml.",
    data: { isFinal: true },
  });
}

function variablesOf({ type, title, body, severity, path }: Notice): Readonly<Record<string, string>> {
  return { TUTTI_TYPE: type, TUTTI_TITLE: title, TUTTI_BODY: body, TUTTI_SEVERITY: severity, TUTTI_PATH: path };
}

interface Call {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly stdin?: string;
  readonly signal: AbortSignal;
}

async function run(
  { runProgram, folder, environment }: ProgramPorts,
  { argv, env, stdin, signal }: Call,
): Promise<void> {
  const { exitCode, stderr, ended } = await runProgram({
    argv,
    cwd: folder,
    env: { ...environment, ...env },
    ...(stdin === undefined ? {} : { stdin }),
    timeoutMs: longestMs,
    maxOutputBytes: mostOutputBytes,
    signal,
  });
  if (exitCode === 0 && ended === undefined) return;
  const why = ended === "timeout" ? `took longer than ${longestMs / 1_000} s` : `ended with ${exitCode}`;
  const words = stderr.trim().split("\n").at(-1) ?? "";
  throw new TuttiError("notify.failed", `${argv[0]} ${why}${words === "" ? "" : `: ${words.slice(0, 200)}`}`, {
    hint: "Try it by hand with the same words.",
  });
}
