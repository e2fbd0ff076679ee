import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { TuttiError } from "../../core/error.ts";
import { compilerSettings, configFile, helloFlow } from "./template.ts";

export interface ScaffoldOptions {
  readonly folder: string;
  /** The running package, which the editor's types come from. */
  readonly packageFolder: string;
  /** Where that package finds zod. */
  readonly zodFolder: string;
  /** The JSON Schema of tutti.yaml. */
  readonly schema: unknown;
  readonly withFlow: boolean;
  /** The default model, where one was chosen. */
  readonly model: string | undefined;
}

/** What was done, as paths below the folder. */
export interface Scaffold {
  readonly written: readonly string[];
  /** Files of ours under `.tutti` that were out of date. */
  readonly renewed: readonly string[];
  readonly kept: readonly string[];
}

type Outcome = keyof Scaffold;

const packageLink = ".tutti/pkg";

/**
 * Writes what a project needs and leaves every file alone that is there already; only what lies under `.tutti` is ours and
 * is renewed. `tutti.yaml` comes last: where it is, the rest is.
 */
export function writeScaffold(options: ScaffoldOptions): Scaffold {
  const { folder, schema, withFlow, model } = options;
  const done: Record<Outcome, string[]> = { written: [], renewed: [], kept: [] };
  const note = (path: string, outcome: Outcome): void => void done[outcome].push(path);
  const write = (path: string, text: string): void => note(path, writeNew(join(folder, path), text));
  note(".tutti/.gitignore", writeOurs(join(folder, ".tutti/.gitignore"), "*\n"));
  note(packageLink, linkFolder(join(folder, packageLink), options.packageFolder));
  if (needsZodLink(options)) note(zodLink, linkFolder(join(folder, zodLink), options.zodFolder));
  if (withFlow) write("flows/hello.ts", helloFlow);
  for (const { path, text } of compilerFiles(folder)) write(path, text);
  const schemaText = `${JSON.stringify(schema, null, 2)}\n`;
  note(".tutti/tutti.schema.json", writeOurs(join(folder, ".tutti/tutti.schema.json"), schemaText));
  write("tutti.yaml", configFile({ model, schema: "./.tutti/tutti.schema.json" }));
  return done;
}

/** Where the folder has a tsconfig.json of its own, ours goes beside the flows; the editor takes the nearest one. */
function compilerFiles(folder: string): { readonly path: string; readonly text: string }[] {
  const own = { path: "tsconfig.json", text: compilerSettings({ toPackage: `./${packageLink}`, include: "flows" }) };
  const inner = {
    path: "flows/tsconfig.json",
    text: compilerSettings({ toPackage: `../${packageLink}`, include: "." }),
  };
  const path = join(folder, own.path);
  return !existsSync(path) || readFileSync(path, "utf8").includes(packageLink) ? [own] : [own, inner];
}

// The compiler looks for zod from `.tutti/pkg` as it is written, not from where the link leads. Where the package's
// dependencies lie beside it instead of in it (npx, pnpm), it would find none and take every schema for `any`, in silence.
const zodLink = ".tutti/node_modules/zod";

function needsZodLink({ packageFolder }: ScaffoldOptions): boolean {
  return !existsSync(join(packageFolder, "node_modules", "zod"));
}

/** A file of the user's: written where nothing is. */
function writeNew(path: string, text: string): Outcome {
  return attempt(path, () => {
    mkdirSync(dirname(path), { recursive: true });
    // One call, so that nothing that appears in between is overwritten.
    writeFileSync(path, text, { flag: "wx" });
    return "written";
  });
}

/** A file of ours: the same as it should be, or made so. */
function writeOurs(path: string, text: string): Outcome {
  return attempt(path, () => {
    const isThere = existsSync(path);
    if (isThere && readFileSync(path, "utf8") === text) return "kept";
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(path, text);
    return isThere ? "renewed" : "written";
  });
}

function linkFolder(path: string, target: string): Outcome {
  return attempt(path, () => {
    const there = lstatSync(path, { throwIfNoEntry: false });
    if (there && (!there.isSymbolicLink() || leadsTo(path, target))) return "kept";
    if (there) unlinkSync(path);
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    // Windows lets everybody make a junction, and a symbolic link only some.
    symlinkSync(target, path, "junction");
    return there ? "renewed" : "written";
  });
}

function leadsTo(link: string, target: string): boolean {
  return existsSync(link) && realpathSync(link) === realpathSync(target);
}

function attempt(path: string, act: () => Outcome): Outcome {
  try {
    return act();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST" && existsSync(path)) return "kept";
    throw new TuttiError(
      "usage.invalid",
      `${path} cannot be written: ${error instanceof Error ? error.message : "?"}`,
      {
        cause: error,
        hint: "Check the owner and mode of the folder and the space on the disk, then run `tutti init` again.",
        where: path,
      },
    );
  }
}
