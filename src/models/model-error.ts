import { TuttiError } from "../core/error.ts";
import { nearest } from "../core/nearest.ts";

/** A missing model with what was probably meant, and with the command of Tutti that gets it. Anything else as it is. */
export function withNearName(error: unknown, asked: string): unknown {
  if (!(error instanceof TuttiError) || error.code !== "model.missing") return error;
  const plain = asked.replace(/^ollama\//, "");
  const meant = nearName(plain, installedNames(error.data));
  const hint = meant
    ? `Did you mean ${meant}? Else: tutti models pull ${plain}`
    : `Get it with \`tutti models pull ${plain}\`; \`tutti models list\` shows what is there.`;
  return new TuttiError("model.missing", error.message, { cause: error, hint, data: error.data });
}

function nearName(plain: string, installed: readonly string[]): string | undefined {
  const short = installed.map((name) => name.replace(/:latest$/, ""));
  // A name without its tag, or the beginning of one, is near to nothing by its letters.
  return nearest(plain, short) ?? short.find((name) => name.startsWith(`${plain}:`) || name.startsWith(plain));
}

function installedNames(data: unknown): readonly string[] {
  if (typeof data !== "object" || data === null || !("installed" in data) || !Array.isArray(data.installed)) return [];
  return data.installed.map(String);
}
