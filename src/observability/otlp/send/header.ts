import { TuttiError } from "../../../core/error.ts";

/** Headers with the values of the environment in them: `Bearer ${NAME}`. */
export function fillHeaders(
  headers: Readonly<Record<string, string>>,
  environment: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  const fill = (header: string, text: string): string =>
    text.replaceAll(/\$\{(\w+)\}/g, (_whole, name: string) => environment[name] ?? missing(header, name));
  return Object.fromEntries(Object.entries(headers).map(([header, text]) => [header, fill(header, text)]));
}

function missing(header: string, name: string): never {
  throw new TuttiError("config.invalid", `otlp.headers.${header} needs the variable ${name}, which is not set`, {
    hint: `Set ${name} where Tutti is started; until then nothing is sent to the collector.`,
  });
}
