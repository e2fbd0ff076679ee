import { TuttiError } from "../core/error.ts";

/** What the flags say that every command takes and that commander does not see. */
export interface EverywhereFlags {
  /** The words without these flags. */
  readonly rest: readonly string[];
  /** `--dir`, in their order; each is seen from the one before. */
  readonly folders: readonly string[];
  /** `--set section.key=value`: settings for this call. */
  readonly settings: Readonly<Record<string, string>>;
  /** Neither `--yes` nor `--no-input`. */
  readonly mayAsk: boolean;
  /** `--yes`: what asks before it destroys is answered. */
  readonly isSure: boolean;
}

/** Takes these flags out of a command line, wherever they stand before a `--`. */
export function takeEverywhereFlags(words: readonly string[]): EverywhereFlags {
  const end = words.includes("--") ? words.indexOf("--") : words.length;
  const rest: string[] = [];
  const folders: string[] = [];
  const settings: Record<string, string> = {};
  let mayAsk = true;
  let isSure = false;
  for (let at = 0; at < end; at++) {
    const word = words[at] ?? "";
    const [, flag, attached] = /^(--dir|--set)(?:=(.*))?$/s.exec(word) ?? [];
    if (word === "--yes" || word === "--no-input") {
      mayAsk = false;
      isSure ||= word === "--yes";
    } else if (flag === undefined) rest.push(word);
    else {
      const value = attached ?? (at + 1 < end ? words[++at] : undefined);
      if (value === undefined) throw new TuttiError("usage.invalid", `${flag} lacks its value`, { hint });
      if (flag === "--dir") folders.push(value);
      else Object.assign(settings, toSetting(value));
    }
  }
  return { rest: [...rest, ...words.slice(end)], folders, settings, mayAsk, isSure };
}

/** The words that hand the settings on to a process that this one starts. */
export function settingWords(settings: Readonly<Record<string, string>>): string[] {
  return Object.entries(settings).flatMap(([key, value]) => ["--set", `${key}=${value}`]);
}

const hint = "For example: tutti --dir ../app run hello --set models.default=ollama/llama3.2";

function toSetting(pair: string): Record<string, string> {
  const at = pair.indexOf("=");
  if (at >= 1) return { [pair.slice(0, at)]: pair.slice(at + 1) };
  throw new TuttiError("usage.invalid", `${JSON.stringify(pair)} is not key=value`, { hint });
}
