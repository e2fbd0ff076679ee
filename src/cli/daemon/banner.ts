import { isIP } from "node:net";
import { formatMs } from "../../core/duration.ts";
import type { HostFacts } from "../../hosting.ts";
import type { Connection, Served } from "../../sdk/connection.ts";
import { tokenPath } from "../../host/place.ts";
import { version } from "../../host/version.ts";
import type { Invocation } from "../invocation.ts";
import { keyHelp } from "./key.ts";

interface Place {
  readonly url: string;
  readonly pid: number;
  readonly home: string;
  readonly tokenFile: string;
}

/** What scripts get: one line. */
export function lineOf({ url, pid, home, tokenFile }: Place, more: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({ url, pid, home, tokenFile, ...more });
}

/** The first words of a daemon. The link in them opens a session, so only a terminal is shown it. */
export function greet(
  { connection, served, isAgain }: { connection: Connection; served: Served; isAgain: boolean },
  invocation: Invocation,
): void {
  const { output, answers } = invocation;
  const { bold, dim, blue, green } = output.color;
  const isSeen = answers !== null;
  const { port } = new URL(served.url);
  if (served.wantedPort !== 0 && port !== String(served.wantedPort)) {
    output.complain(
      `${output.color.yellow("▲")} Port ${served.wantedPort} is taken by another program: this is ${port}.`,
    );
  }
  output.say(
    [
      `${green("●")} ${bold(`Tutti ${version()}`)}  ${dim(`${isAgain ? "ready again" : "ready"} in ${formatMs(served.bootMs)}`)}`,
      "",
      `  web     ${blue(isSeen ? served.createLink("/") : served.url)}${isSeen ? "" : dim("  open it with: tutti open")}`,
      `  data    ${connection.home}`,
      ...(isSeen ? [`  keys    ${keyHelp}`] : []),
    ].join("\n"),
  );
  void tellModels(connection, invocation);
}

/** Said even when quiet: everybody who can reach the address may try the token. */
export function warnOfOpenHost({ host, url }: Served, { output }: Invocation): void {
  if (host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."))) return;
  output.complain(
    `${output.color.yellow("▲")} Listening on ${host}: other machines can reach port ${new URL(url).port} by plain HTTP. ` +
      "Whoever reads the traffic can read the token; beyond a trusted network put a proxy with TLS before it.",
  );
}

/** How the model servers are doing, when they have answered. Must not throw: it is nobody's to wait for. */
async function tellModels({ client }: Connection, { output, interrupt }: Invocation): Promise<void> {
  const { yellow, dim } = output.color;
  try {
    const servers = (await client.call("models.servers", {}, { signal: interrupt.signal })) as readonly ModelServer[];
    for (const { name, url, reachable, loaded, reason } of servers) {
      const state = loaded.length === 0 ? "no model loaded" : `loaded: ${loaded.join(", ")}`;
      output.say(
        reachable
          ? `  models  ${name} answers at ${url}  ${dim(state)}`
          : `  models  ${yellow("▲")} ${name} does not answer: ${reason ?? url}`,
      );
    }
  } catch {
    // The daemon is ending, or its settings name no server; `tutti models servers` tells more.
  }
}

interface ModelServer {
  readonly name: string;
  readonly url: string;
  readonly reachable: boolean;
  readonly reason: string | null;
  readonly loaded: readonly string[];
}

export interface OtherDaemon {
  readonly facts: HostFacts;
  /** Opens a session, once. */
  readonly link: string;
  /** It was started just now, by this command. */
  readonly isNew?: boolean;
  /** Something was asked for that the daemon has to be started with. */
  readonly isOther?: boolean;
}

/** The same of a daemon that is another process. */
export function greetOther({ facts, link, isNew = false, isOther = false }: OtherDaemon, invocation: Invocation): void {
  const { output, isJson, answers } = invocation;
  const { bold, blue, dim, green } = output.color;
  const { pid, home, bootMs } = facts;
  const url = facts.url ?? "";
  if (isOther) output.complain("It is up already: --port and --host change nothing. First: tutti down");
  if (facts.version !== version()) {
    output.complain(`It is Tutti ${facts.version}, and this is ${version()}: tutti down, then tutti up.`);
  }
  if (isJson) {
    if (!isNew) output.data(lineOf({ url, pid, home, tokenFile: tokenPath(home) }, { reused: true }));
    return;
  }
  const how = isNew ? dim(`ready in ${formatMs(bootMs)}, process ${pid}`) : dim(`is up already, process ${pid}`);
  const shown = answers === null ? url : link;
  output.say(
    [
      `${green("●")} ${bold(`Tutti ${facts.version}`)}  ${how}`,
      "",
      `  web     ${blue(shown)}`,
      `  data    ${home}`,
      `  more    tutti status · tutti logs -f · tutti down`,
    ].join("\n"),
  );
}
