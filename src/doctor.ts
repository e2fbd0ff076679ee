import { z } from "zod";
import type { Check, CheckResult } from "./core/capability.ts";
import type { TuttiError } from "./core/error.ts";
import { operation, type AnyOperation } from "./core/operation.ts";

const finding = z.object({
  group: z.string(),
  name: z.string(),
  status: z.enum(["ok", "warn", "fail", "off"]),
  message: z.string(),
  fix: z.string().nullable(),
});

// A check that hangs is itself a finding.
const longestCheckMs = 10_000;

/** `tutti doctor`: runs every capability's checks at once and says for each what it proves, or how to fix it. */
export function createDoctor(checks: readonly Check[]): AnyOperation {
  return operation({
    name: "doctor",
    summary: "Proves that each part works here",
    method: "GET",
    path: "/doctor",
    role: "viewer",
    effect: "read",
    idempotent: true,
    input: z.strictObject({}),
    output: z.array(finding),
    faces: ["cli", "http", "sdk", "mcp"],
    cli: { examples: ["tutti doctor", "tutti doctor --json"] },
    handle: (_input, { signal }) => Promise.all(checks.map((check) => examine(check, signal))),
  });
}

async function examine(check: Check, signal: AbortSignal): Promise<z.infer<typeof finding>> {
  const { group, name } = check;
  const result = await Promise.race([check.run(signal), tooSlow()]);
  const fix = "fix" in result ? result.fix : null;
  return { group, name, status: result.status, message: result.message, fix };
}

function tooSlow(): Promise<CheckResult> {
  return new Promise((resolve) => {
    const late: CheckResult = {
      status: "fail",
      message: "gave no answer within 10 s",
      fix: "Run `tutti doctor` again; if it stays, restart what it looks at.",
    };
    setTimeout(() => resolve(late), longestCheckMs).unref();
  });
}

export interface RootProbes {
  /** Says what it did; throws where the database cannot be used. */
  readonly probe: () => Promise<string>;
  /** The first table or index that is not as this version makes it; null where all are. */
  readonly schemaDrift: () => Promise<string | null>;
}

async function examineTables(schemaDrift: RootProbes["schemaDrift"]): Promise<CheckResult> {
  try {
    const drift = await schemaDrift();
    if (drift === null) return { status: "ok", message: "as this version makes them" };
    const fix = "Something else has changed the database: restore a backup, or move it away and start anew.";
    return { status: "fail", message: `not as this version makes them: ${drift}`, fix };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { status: "fail", message, fix: "See docs/errors.md for the storage errors." };
  }
}

/** What is proved without opening anything: the Node that runs, and that the settings can be used. */
export function ownChecks(used: UsedConfig, readAnew: () => ConfigNow): readonly Check[] {
  return [
    {
      group: "Runtime",
      name: "Node",
      run: async () => ({
        status: "ok",
        message: `Node ${process.versions.node}, SQLite ${process.versions["sqlite"] ?? "built in"}`,
      }),
    },
    { group: "Runtime", name: "configuration", run: async () => examineConfig(used, readAnew()) },
  ];
}

/** As much of the configuration as a check looks at. */
interface UsedConfig {
  readonly file: string | undefined;
  readonly problem: TuttiError | null;
}

/** What a new start would use, and the keys whose value is another one there. */
interface ConfigNow {
  readonly problem: TuttiError | null;
  readonly changed: readonly string[];
}

/** A daemon goes on with what it has read. */
function examineConfig({ file, problem }: UsedConfig, anew: ConfigNow): CheckResult {
  if (problem) {
    const hint = problem.hint ?? "Correct it there.";
    return { status: "fail", message: problem.message, fix: `${hint} The other checks need the settings.` };
  }
  if (anew.problem) {
    const message = `${anew.problem.message}; the settings from before that are in use`;
    return { status: "fail", message, fix: anew.problem.hint ?? "Correct it there." };
  }
  if (anew.changed.length > 0) {
    const fix =
      "The daemon starts anew by itself once no run is being worked on; `tutti down` and `tutti up` do it now.";
    return { status: "warn", message: `changed since the start, and not in use yet: ${anew.changed.join(", ")}`, fix };
  }
  return { status: "ok", message: file ?? "defaults and environment; there is no tutti.yaml" };
}

/** What the composition root can prove of the database: that its tables are right, and that it writes. */
export function storageChecks({ probe, schemaDrift }: RootProbes): readonly Check[] {
  return [
    {
      group: "Storage",
      name: "tables",
      run: () => examineTables(schemaDrift),
    },
    {
      group: "Storage",
      name: "database",
      run: async () => {
        try {
          return { status: "ok", message: await probe() };
        } catch (error) {
          const message = error instanceof Error ? error.message : String(error);
          return { status: "fail", message, fix: "See docs/errors.md for the storage errors." };
        }
      },
    },
  ];
}
