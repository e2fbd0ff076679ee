/** The address of a real Ollama with the models `all-minilm` and `tiny-chat`, if there is one. */
export const ollamaAddress = (): string | undefined => process.env["TUTTI_TEST_OLLAMA"] || undefined;

/** A `postgres://…` address whose user may create databases and schemas, if there is one. */
export const postgresAddress = (): string | undefined => process.env["TUTTI_TEST_POSTGRES"] || undefined;

/** The program that calls an API with all that its OpenAPI document allows and forbids, if it is there. */
export const schemathesisProgram = (): string | undefined => process.env["TUTTI_TEST_SCHEMATHESIS"] || undefined;

/** A Chromium that can be driven, if there is one. */
export const chromiumProgram = (): string | undefined => process.env["TUTTI_TEST_CHROMIUM"] || undefined;

/** The Prometheus server, with `promtool` beside it, if it is there. */
export const prometheusProgram = (): string | undefined => process.env["TUTTI_TEST_PROMETHEUS"] || undefined;

export type ServiceName = "ollama" | "postgres" | "schemathesis" | "chromium" | "prometheus";

/**
 * The `skip` option of a test that needs a service: `false`, or the text that names what is missing. Where `CI` is set
 * a missing service fails instead, unless `TUTTI_TEST_WITHOUT` (a list with commas) says that it cannot be had there.
 */
export function needs(
  name: ServiceName,
  address: string | undefined,
  environment: NodeJS.ProcessEnv = process.env,
): string | false {
  if (address !== undefined) return false;
  const reason = `no ${name}: TUTTI_TEST_${name.toUpperCase()} is not set`;
  const without = (environment["TUTTI_TEST_WITHOUT"] ?? "").split(",").map((item) => item.trim());
  if (environment["CI"] === "true" && !without.includes(name)) {
    throw new Error(`${reason}, and with CI=true every service must be there (or be named in TUTTI_TEST_WITHOUT)`);
  }
  return reason;
}
