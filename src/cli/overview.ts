import { commandIndex } from "./command-index.ts";
import { exitCodeMeanings, exitCodes } from "./exit-code.ts";

// These need nothing but two lists, so that `tutti --help` loads nothing else.

const title = "Durable flows on your own models, on this machine.";
const usualWidth = 80;

/** All commands: what `tutti`, `tutti help` and `tutti --help` say. */
export function overview(width: number = usualWidth): string {
  const indent = Math.max(...commandIndex.map(([name]) => name.length)) + "  tutti   ".length;
  const lines = commandIndex.map(([name, summary]) => {
    const [first = "", ...more] = wrap(summary, width - indent);
    return [`  tutti ${name}`.padEnd(indent) + first, ...more.map((line) => " ".repeat(indent) + line)].join("\n");
  });
  return `${title}

${lines.join("\n")}

Everywhere: --json, --quiet, --verbose, --color <when>, --dir <folder>,
  --set <key=value>, --yes, --no-input, --help, --version
Start here: tutti init, then tutti run hello
More:       tutti help <command>, tutti help exit-codes, tutti help <error.code>
`;
}

export function overviewAsJson(): string {
  const commands = commandIndex.map(([name, summary]) => ({ command: `tutti ${name}`, summary }));
  return `${JSON.stringify({ title, commands, more: ["exit-codes", "<command>", "<error.code>"] }, null, 2)}\n`;
}

/** What a process says when it ends: `tutti help exit-codes`. */
export function exitCodeText(): string {
  return `${meanings()
    .map(({ code, meaning }) => `${String(code).padEnd(5)}${meaning}`)
    .join("\n")}\n`;
}

export function exitCodesAsJson(): string {
  return `${JSON.stringify(meanings(), null, 2)}\n`;
}

function meanings(): { code: number; meaning: string }[] {
  const texts = new Map<string, string>(Object.entries(exitCodeMeanings));
  return Object.entries(exitCodes).map(([name, code]) => ({ code, meaning: texts.get(name) ?? name }));
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const longer = lines.length === 0 ? word : `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && longer.length <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}
