import { chmod, lstat, open, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { reportMark } from "./report.ts";

export interface ReportPlace {
  readonly folder: string;
  readonly output: string;
}

/** Writes the report so that a reader sees the old one or the new one, never half of one. Answers its full path. */
export async function saveReport({ text, ...place }: ReportPlace & { readonly text: string }): Promise<string> {
  const path = await checkPlace(place);
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    await writeFile(temporary, text, { mode: 0o644 });
    // The mode of a new file is cut by the umask; a report is for others to read.
    await chmod(temporary, 0o644);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw new Error(
      `The report cannot be written to ${path}: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    );
  }
  return path;
}

/**
 * Answers the path of the file to write. Only a report may be replaced: one of this run after a crash or an older one,
 * known by its first line. Whatever else lies there is the user's.
 */
export async function checkPlace({ folder, output }: ReportPlace): Promise<string> {
  const path = await followLink(resolve(folder, output));
  const parent = await stat(dirname(path)).catch(missing);
  if (!parent?.isDirectory()) throw refusal(`there is no folder ${dirname(path)}`);
  const present = await lstat(path).catch(missing);
  if (present === null) return path;
  if (present.isDirectory()) throw refusal(`${JSON.stringify(output)} is a folder`);
  if (!present.isFile()) throw refusal(`${JSON.stringify(output)} is no ordinary file`);
  if (present.size > 0 && !(await startsWithMark(path))) {
    throw refusal(`${path} exists and is not a report of code-review, so it is left as it is`);
  }
  return path;
}

function refusal(reason: string): Error {
  const advice = "Choose another file: --input output=FILE, or --input output= for none.";
  return new Error(`The report cannot be written: ${reason}. ${advice}`);
}

// A link to a report is kept as a link.
const followLink = async (path: string): Promise<string> => realpath(path).catch(() => path);

async function startsWithMark(path: string): Promise<boolean> {
  const file = await open(path, "r");
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(reportMark.length), 0, reportMark.length, 0);
    return buffer.toString("utf8", 0, bytesRead) === reportMark;
  } finally {
    await file.close();
  }
}

// Whatever else is wrong with the place, the write right after says it with the system's words.
const missing = (): null => null;
