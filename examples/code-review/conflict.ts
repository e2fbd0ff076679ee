import type { FilePatch, PatchLine } from "./diff.ts";
import { isDocumentation, isTest } from "./file-kind.ts";
import { atLine } from "./finding.ts";
import type { Finding } from "./finding.ts";

/**
 * Conflicts that were committed, one finding each at the first mark. A line of equals signs alone is also how a heading
 * is underlined, and seven `>` how a mail quotes, so only the opening mark begins one.
 */
export function findConflicts({ path, hunks }: FilePatch): Finding[] {
  const marks = hunks
    .flatMap(({ lines }) => lines)
    .filter(({ kind, text }) => kind === "added" && /^(?:<{7}|>{7})(?: |$)/.test(text));
  const severity = isDocumentation(path) || isTest(path) ? "medium" : "high";
  return marks.flatMap((mark, index) => {
    if (mark.text.startsWith(">"))
      return isLoneEnd(marks, index, path) ? [atLine(path, mark, { title, severity })] : [];
    const end = marks[index + 1];
    const finding = atLine(path, mark, { title, severity });
    return [end?.text.startsWith(">") ? { ...finding, detail: `${finding.detail} up to line ${end.line}` } : finding];
  });
}

const title = "conflict marker";

// Half of a conflict that somebody began to tidy up; in prose it is a quotation.
const isLoneEnd = (marks: readonly PatchLine[], index: number, path: string): boolean =>
  !marks[index - 1]?.text.startsWith("<") && !isDocumentation(path);
