import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin, type Rolldown } from "vite";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Where the pages ask the daemon, a report asks itself. */
function recorded(): Plugin {
  const daemon = here("data/api.ts");
  return {
    name: "recorded",
    enforce: "pre",
    async resolveId(source, importer) {
      if (!source.endsWith("/api.ts")) return null;
      const found = await this.resolve(source, importer, { skipSelf: true });
      return found?.id === daemon ? here("report/api.ts") : null;
    },
  };
}

/** Puts script and style into the page, and lets nothing else run there: the policy names both by their hash. */
function inOneFile(): Plugin {
  return {
    name: "in-one-file",
    enforce: "post",
    // Behind everybody who still changes what was generated: the policy has its hash.
    generateBundle: { order: "post", handler: collect },
  };
}

function collect(_options: unknown, bundle: Rolldown.OutputBundle): void {
  let [script, style] = ["", ""];
  const page = Object.values(bundle).find(({ fileName }) => fileName.endsWith("index.html"));
  for (const [name, file] of Object.entries(bundle)) {
    if (file === page) continue;
    if (file.type === "chunk") script += file.code;
    else if (name.endsWith(".css")) style += String(file.source);
    delete bundle[name];
  }
  if (page?.type !== "asset") throw new Error("the report has no page");
  page.fileName = "report.html";
  page.source = inlined(String(page.source), { script: unclosed(script), style });
}

interface Inlined {
  readonly script: string;
  readonly style: string;
}

function inlined(html: string, { script, style }: Inlined): string {
  const policy = [
    "default-src 'none'",
    `script-src ${hashOf(script)}`,
    `style-src ${hashOf(style)}`,
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  return html
    .replace(/\s*<link rel="stylesheet"[^>]*>/g, "")
    .replace(/\s*<script type="module"[^>]*><\/script>/g, "")
    .replace('content=""', () => `content="${policy}"`)
    .replace("</head>", () => `<style>${style}</style></head>`)
    .replace("</body>", () => `<script type="module">${script}</script></body>`);
}

/** No text of a script may look like its end. */
function unclosed(script: string): string {
  return script.replaceAll("</script", "<\\/script").replaceAll("<!--", "<\\!--");
}

function hashOf(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}

// The page of a report: everything in one file, which the daemon fills with what it has recorded.
export default defineConfig({
  root: here("report"),
  plugins: [recorded(), inOneFile()],
  resolve: { alias: { "tutti/client": here("../src/sdk/index.ts") } },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: here("../dist/web"),
    emptyOutDir: false,
    target: "es2023",
    assetsInlineLimit: Number.POSITIVE_INFINITY,
    cssCodeSplit: false,
    modulePreload: false,
    reportCompressedSize: false,
    rolldownOptions: { output: { codeSplitting: false } },
  },
});
