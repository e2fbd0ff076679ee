/** What a path says about a file: enough to choose rules, never to open it. */

const languagesByExtension: Readonly<Record<string, readonly string[]>> = {
  javascript: ["js", "jsx", "mjs", "cjs", "ts", "tsx", "mts", "cts", "vue", "svelte"],
  python: ["py", "pyi"],
  ruby: ["rb", "rake"],
  php: ["php"],
  java: ["java"],
  kotlin: ["kt", "kts"],
  swift: ["swift"],
  csharp: ["cs"],
  go: ["go"],
  rust: ["rs"],
  c: ["c", "h", "cc", "cpp", "cxx", "hpp", "m", "mm"],
  shell: ["sh", "bash", "zsh"],
  sql: ["sql"],
  lua: ["lua"],
  elixir: ["ex", "exs"],
  scala: ["scala"],
  dart: ["dart"],
  style: ["css", "scss", "less"],
  gherkin: ["feature"],
};

const languages = new Map(
  Object.entries(languagesByExtension).flatMap(([language, extensions]) =>
    extensions.map((extension) => [extension, language] as const),
  ),
);

export const baseName = (path: string): string => path.slice(path.lastIndexOf("/") + 1);
export const folderOf = (path: string): string => path.slice(0, path.lastIndexOf("/") + 1);

export function extensionOf(path: string): string {
  const name = baseName(path);
  const dot = name.lastIndexOf(".");
  return dot < 0 ? "" : name.slice(dot + 1).toLowerCase();
}

/** `null` for what is not source code. */
export function languageOf(path: string): string | null {
  return languages.get(extensionOf(path)) ?? null;
}

/** A file that holds tests, by its own name. */
export function isTestFile(path: string): boolean {
  return (
    /(?:[._-](?:test|spec|e2e)s?\.[a-z]+|_test\.(?:go|py|rb|dart|exs)|Tests?\.(?:java|kt|cs|swift|php))$/.test(path) ||
    /^(?:test_.*|conftest)\.py$/.test(baseName(path)) ||
    extensionOf(path) === "feature"
  );
}

/** Tests and what belongs to them: helpers, fixtures, made-up data. */
export function isTest(path: string): boolean {
  return (
    isTestFile(path) ||
    /(?:^|\/)(?:tests?|specs?|__tests__|testing|e2e|__mocks__|mocks?|(?:__)?fixtures?(?:__)?|test[-_]?(?:data|util|utils|support|helpers?)|stubs?)\//i.test(
      path,
    )
  );
}

/** Where made-up values are shown to a reader. */
export function isDocumentation(path: string): boolean {
  return (
    /(?:^|\/)(?:docs?|documentation|man|examples?|samples?|demos?)\//i.test(path) ||
    ["md", "mdx", "rst", "adoc", "txt", "markdown"].includes(extensionOf(path))
  );
}

/** Programs whose job is to print. */
export function isCommandLine(path: string): boolean {
  return /(?:^|\/)(?:bin|cli|cmd|commands?|scripts?|tools?|examples?|samples?|demos?|bench(?:marks?)?|cli\.[a-z]+|main\.[a-z]+|start\.[a-z]+)(?:\/|$)/i.test(
    path,
  );
}

/** Other people's work that lies in the repository. */
export const isVendored = (path: string): boolean =>
  /(?:^|\/)(?:vendor|node_modules|third[-_]party|bower_components|site-packages)\//.test(path);

export function isGenerated(path: string): boolean {
  return (
    isVendored(path) ||
    /(?:^|\/)(?:dist|build|generated|__generated__|__snapshots__)\//.test(path) ||
    /(?:\.min\.(?:js|css)|\.map|\.snap|\.pb\.go|_pb2(?:_grpc)?\.pyi?|\.g\.dart|\.(?:generated|gen)\.[a-z]+)$/.test(path)
  );
}

// Where people write text that git must be able to compare.
const textExtensions = new Set(["md", "txt", "json", "yaml", "yml", "toml", "xml", "html", "ini", "cfg", "env", "csv"]);

export const isExpectedText = (path: string): boolean =>
  languageOf(path) !== null || textExtensions.has(extensionOf(path));
