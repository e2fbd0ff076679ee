import { chmod, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";

/** Writes the report so that a reader sees the old one or the new one, never half of one. Answers its full path. */
export async function saveReport({
  folder,
  output,
  text,
}: {
  folder: string;
  output: string;
  text: string;
}): Promise<string> {
  const path = resolve(folder, output);
  await checkPlace(path, output);
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

async function checkPlace(path: string, output: string): Promise<void> {
  const advice = `Choose another file: --input output=FILE, or --input output= for none.`;
  const folder = await stat(dirname(path)).catch(missing);
  if (!folder?.isDirectory())
    throw new Error(`The report cannot be written: there is no folder ${dirname(path)}. ${advice}`);
  const present = await stat(path).catch(missing);
  if (present?.isDirectory())
    throw new Error(`The report cannot be written: ${JSON.stringify(output)} is a folder. ${advice}`);
}

// Whatever else is wrong with the place, the write right after says it with the system's words.
const missing = (): null => null;
