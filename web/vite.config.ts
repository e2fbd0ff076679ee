import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { defineConfig, type Plugin, type Rolldown } from "vite";
import { everywhere, firsts, type First } from "./first.ts";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Lays a smaller twin beside each file of text, so that serving one is reading one. */
function compressed(): Plugin {
  let folder = "";
  return {
    name: "compressed",
    configResolved: ({ build }) => void (folder = build.outDir),
    closeBundle() {
      for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
        // The page itself is completed for each request.
        if (!/\.(js|css|svg)$/.test(name)) continue;
        const content = readFileSync(join(folder, name));
        writeFileSync(join(folder, `${name}.br`), brotliCompressSync(content));
        writeFileSync(join(folder, `${name}.gz`), gzipSync(content));
      }
    },
  };
}

// The frame and what all pages stand on is one file, as on localhost a request costs more than its bytes.
const frameCode = new RegExp(
  [
    "/node_modules/(preact|@preact|wouter-preact|regexparam|mitt)/",
    "/src/(core|sdk)/",
    "/web/((shell|data|ui)/|(first|main|app|pages)\\.)",
    // Small, and of several pages.
    "/web/pages/runs/(run-row|run-table|query-text)\\.",
    "/web/pages/run/(data/neighbour|head/trigger)\\.",
  ].join("|"),
);

/** Writes down for the daemon what each page begins with: the files that its first paint needs, and the questions. */
function pageList(): Plugin {
  return {
    name: "page-list",
    generateBundle(_options, bundle) {
      const chunks = Object.values(bundle).filter((file) => file.type === "chunk");
      const entry = chunks.find(({ isEntry }) => isEntry);
      const pages = Object.entries<First>(firsts).map(([name, { path, calls }]) => {
        const chunk = chunks.find(({ facadeModuleId }) => facadeModuleId === here(`./pages/${name}/${name}.tsx`));
        if (!entry || !chunk) this.error(`first.ts names the page "${name}", which is no file in pages/`);
        // The page itself names what its frame needs.
        const framed = filesOf(entry, chunks);
        const files = [...filesOf(chunk, chunks)].filter((file) => !framed.has(file));
        return { path, files: files.map((file) => `/${file}`), calls };
      });
      this.emitFile({ type: "asset", fileName: "pages.json", source: JSON.stringify({ everywhere, pages }) });
    },
  };
}

/** A chunk, what it imports at once, and the styles of all of them. */
function filesOf(chunk: Rolldown.OutputChunk, chunks: readonly Rolldown.OutputChunk[]): Set<string> {
  const files = new Set([chunk.fileName, ...(chunk.viteMetadata?.importedCss ?? [])]);
  for (const name of chunk.imports) {
    const imported = chunks.find(({ fileName }) => fileName === name);
    if (imported && !files.has(name)) for (const file of filesOf(imported, chunks)) files.add(file);
  }
  return files;
}

// The browser UI: built into dist/web beside the compiled product, which serves it. Nothing here reaches out of the package.
export default defineConfig({
  root: here("."),
  plugins: [pageList(), compressed()],
  resolve: { alias: { "tutti/client": here("../src/sdk/index.ts") } },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: here("../dist/web"),
    emptyOutDir: true,
    target: "es2023",
    // A policy that forbids inline code forbids inlined assets too.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: "index", test: frameCode }] } } },
  },
});
