import type { ConfigSection } from "../core/capability.ts";
import { shortNames } from "./environment.ts";
import { typeInWords } from "./json-schema.ts";
import { settingKeys } from "./schema.ts";
import type { SettingKey } from "./setting.ts";

/** docs/configuration.md: every section and key with its type, default and variable. */
export function describeConfig(sections: readonly ConfigSection[]): string {
  const keys = settingKeys(sections);
  const parts = sections.map(({ name, schema }) => {
    const own = keys.filter((key) => key.section === name);
    const description = schema.description ? `${schema.description}\n\n` : "";
    return `## ${name}\n\n${description}${own.map(describeKey).join("\n")}`;
  });
  return `${introduction}\n${parts.join("\n")}`;
}

const introduction = `# Configuration

<!-- Made from the sections of the capabilities by describeConfig in src/config/describe.ts. Edit the descriptions there. -->

All settings may be left out. Tutti looks for them in this order, and the first place that names a setting wins:

1. the flag \`--set\`, as in \`--set tools.maxReadBytes=65536\`,
2. the environment: \`TUTTI_<SECTION>_<KEY>\`, so \`tools.maxReadBytes\` is \`TUTTI_TOOLS_MAX_READ_BYTES\`; lists are written with
   commas; an empty variable counts as not set,
3. the \`.env\` beside \`tutti.yaml\`, with the same names,
4. \`tutti.yaml\`, sought from the current folder upward,
5. the defaults below.

\`tutti config explain <key>\` shows what each place says and which one wins. \`tutti config schema\` prints the JSON Schema for
editors. An unknown key is an error, with its line and the nearest known one.

Secrets belong in \`.env\`: a value in \`tutti.yaml\` may name them as \`\${NAME}\`, which is filled from the environment or from
\`.env\`; \`$\${NAME}\` stands for \`\${NAME}\` itself. Values that come from \`.env\` are never shown.

\`TUTTI_HOME\` names the data folder in place of \`.tutti\`; it is no setting and moves only data.
`;

function describeKey({ name, key, schema, environment, isSecret }: SettingKey): string {
  const short = Object.entries(shortNames).flatMap(([variable, setting]) => (setting === name ? [variable] : []));
  const variables = [...short, environment].map((variable) => `\`${variable}\``).join(" or ");
  const details = [
    `- Type: ${typeInWords(schema)}${isSecret ? ", never shown" : ""}`,
    `- Default: ${schema.default === undefined ? "none" : `\`${JSON.stringify(schema.default)}\``}`,
    `- Variable: ${variables}`,
  ];
  return `### ${key}\n\n${schema.description ?? ""}\n\n${details.join("\n")}\n`;
}
