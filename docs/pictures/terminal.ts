// Draws what a program printed, colours included, as an SVG that reads well on light and dark pages and needs no font from
// elsewhere. From the repository's root, in a clone where no model server runs:
//   npm --silent start -- --color always 2>&1 | node docs/pictures/terminal.ts "npm start" > docs/pictures/start.svg
import { readFileSync } from "node:fs";

const columns = 104;
const lineHeight = 19;
const characterWidth = 7.83;
const padding = 16;

interface Part {
  readonly text: string;
  /** Names of the styles below; none for plain text. */
  readonly styles: readonly string[];
}

const styleOfCode: Readonly<Record<string, string>> = {
  "1": "bold",
  "2": "dim",
  "31": "red",
  "32": "green",
  "33": "yellow",
  "34": "blue",
};

const styleSheet = `
  .page { fill: #ffffff; stroke: #d0d7de }
  text { font: 13px ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #1f2328; white-space: pre }
  .bold { font-weight: 600 } .dim { fill: #59636e }
  .red { fill: #c4232c } .green { fill: #1a7f37 } .yellow { fill: #8a5a00 } .blue { fill: #0969da }
  @media (prefers-color-scheme: dark) {
    .page { fill: #0d1117; stroke: #3d444d }
    text { fill: #e6edf3 } .dim { fill: #9198a1 }
    .red { fill: #ff7b72 } .green { fill: #3fb950 } .yellow { fill: #d8a02b } .blue { fill: #58a6ff }
  }`;

/** The whole picture. */
function draw(command: string, printed: string): string {
  const lines = [
    [
      { text: "$ ", styles: ["dim"] },
      { text: command, styles: ["bold"] },
    ],
    ...printed.split("\n").map(toParts),
  ];
  const width = Math.ceil(columns * characterWidth) + 2 * padding;
  const height = lines.length * lineHeight + 2 * padding;
  const rows = lines.map((parts, index) => row(parts, padding + (index + 1) * lineHeight - 5));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
<title>What ${escape(command)} prints in a terminal</title>
<style>${styleSheet}
</style>
<rect class="page" x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8"/>
${rows.filter(Boolean).join("\n")}
</svg>
`;
}

function row(parts: readonly Part[], y: number): string {
  const spans = cut(parts).map(({ text, styles: names }) =>
    names.length > 0 ? `<tspan class="${names.join(" ")}">${escape(text)}</tspan>` : escape(text),
  );
  return spans.length > 0 ? `<text x="${padding}" y="${y}" xml:space="preserve">${spans.join("")}</text>` : "";
}

/** A line as runs of one look each. */
function toParts(line: string): Part[] {
  let look: readonly string[] = [];
  return line.split("\u001B[").flatMap((piece, index) => {
    const [, code = "", coded = ""] = /^([0-9;]*)m(.*)$/.exec(piece) ?? [];
    const style = styleOfCode[code];
    if (index > 0) look = style ? [...look, style] : [];
    const text = index > 0 ? coded : piece;
    return text === "" ? [] : [{ text, styles: look }];
  });
}

/** What a terminal of this width would not show ends in "…". */
function cut(parts: readonly Part[]): Part[] {
  let left = columns;
  return parts.flatMap((part) => {
    const room = left;
    left -= part.text.length;
    if (room <= 0) return [];
    return [part.text.length <= room ? part : { ...part, text: `${part.text.slice(0, room - 1)}…` }];
  });
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

process.stdout.write(draw(process.argv[2] ?? "", readFileSync(0, "utf8").trim()));
