import { z } from "zod";
import type { ConfigSection } from "../core/capability.ts";
import { toSettingSchema } from "./json-schema.ts";
import type { SettingKey } from "./setting.ts";

/** All sections as one strict schema: what tutti.yaml may hold. A section that is left out has its defaults. */
export function configSchema(sections: readonly ConfigSection[]): z.ZodObject {
  return z.strictObject(Object.fromEntries(sections.map(({ name, schema }) => [name, schema.strict().prefault({})])));
}

/** JSON Schema of tutti.yaml, for editors. */
export function editorSchema(sections: readonly ConfigSection[]): Record<string, unknown> {
  const schema = z.toJSONSchema(configSchema(sections), { io: "input", unrepresentable: "any" });
  return { ...schema, title: "tutti.yaml", description: "Settings of a Tutti project. All of them may be left out." };
}

export function settingKeys(sections: readonly ConfigSection[]): SettingKey[] {
  return sections.flatMap((section) =>
    Object.entries(toSettingSchema(section.schema).properties ?? {}).map(([key, schema]) => ({
      name: `${section.name}.${key}`,
      section: section.name,
      key,
      environment: environmentName(section.name, key),
      schema,
      isSecret: schema.secret ?? soundsSecret(key),
    })),
  );
}

/** `tools.maxReadBytes` is TUTTI_TOOLS_MAX_READ_BYTES. */
export function environmentName(section: string, key: string): string {
  return `TUTTI_${upperSnake(section)}_${upperSnake(key)}`;
}

function upperSnake(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replaceAll("-", "_")
    .toUpperCase();
}

/** A safety net under `.meta({ secret: true })`; `.meta({ secret: false })` says that a key only sounds like one. */
function soundsSecret(key: string): boolean {
  return /(secret|password|passphrase|credential|api_?key|token)$/i.test(key);
}
