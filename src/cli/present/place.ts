import { isAbsolute, relative } from "node:path";

/** A place as `file:line:column`, seen from the folder that the reader is in; any other text as it is. */
export function nearPlace(where: string, folder: string = process.cwd()): string {
  if (!isAbsolute(where)) return where;
  const near = relative(folder, where);
  // `../../..` is no easier to find than the whole path.
  return near === "" || near.startsWith("..") || isAbsolute(near) ? where : near;
}
