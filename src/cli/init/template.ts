/** What `tutti init` writes; kept as text so that it reads here as it does there. */

/** Works without git and without a model: the one step that wants a model is optional. */
export const helloFlow = `import { flow, z } from "tutti";

// Run it with: tutti run hello --input name=Ada
export default flow({
  name: "hello",
  description: "Greets somebody, with a line by a model where one answers",
  input: z.object({ name: z.string().default("world") }),
  async run(step, { name }) {
    // What a step returns is stored once: after a crash the run goes on behind it.
    const greeting = await step.run("greet", () => \`Hello, \${name}.\`);
    // Optional: where no model answers, the step is skipped and the receipt says why.
    const line = await step.model("add a line", {
      prompt: \`Write one friendly sentence to \${name}. Answer with that sentence and nothing else.\`,
      options: { maxTokens: 60 },
      optional: true,
    });
    return { summary: \`\${greeting} \${line.text}\`.trim() };
  },
});
`;

/** `tutti.yaml`: every key commented out but the ones that were chosen. */
export function configFile({ model, schema }: { model: string | undefined; schema: string }): string {
  const models =
    model === undefined ? "# models:\n#   default: ollama/llama3.2" : `models:\n  default: ${JSON.stringify(model)}`;
  return `# yaml-language-server: $schema=${schema}
# Settings of this project. All may be left out; \`tutti config list\` shows each with its value and where that comes from.
# Secrets belong into a .env beside this file, which git should ignore; a value here names them as \${NAME}.

# What a step gets that names no model. Unset: the first chat model that Ollama lists.
${models}

# Where runs are stored: sqlite in .tutti/, or one Postgres for several machines.
# storage:
#   database: postgres://tutti@db.example/tutti

# What the tools of agents may do, and how much they may read.
# tools:
#   maxReadBytes: 65536
`;
}

/** Types for the editor. Tutti runs flows without it. */
export function compilerSettings({ toPackage, include }: { toPackage: string; include: string }): string {
  return `{
  // Types of "tutti" for the editor, written by \`tutti init\`. Tutti itself does not read this file.
  "compilerOptions": {
    "target": "esnext",
    "module": "preserve",
    "moduleResolution": "bundler",
    "allowImportingTsExtensions": true,
    "noEmit": true,
    "strict": true,
    "skipLibCheck": true,
    // Node runs flows by leaving the types out: no enums, no namespaces, and \`import type\` for types.
    "erasableSyntaxOnly": true,
    "verbatimModuleSyntax": true,
    "paths": { "tutti": ["${toPackage}/dist/index.d.ts"] }
  },
  "include": ["${include}"]
}
`;
}
