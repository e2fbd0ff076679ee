import { basename } from "node:path";
import { sha256 } from "../../core/hash.ts";

/** What a service manager has to know to run the daemon of one folder. */
export interface Service {
  /** The project's folder. */
  readonly folder: string;
  /** Absolute: a service manager knows no PATH of a shell. */
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** How long an end may take before the rest is killed. */
  readonly stopWithinSeconds: number;
}

/** One for each folder, told apart by its whole path, and still to be recognised. */
export function serviceName(folder: string): string {
  const near = basename(folder)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "")
    .slice(0, 30);
  return [
    "tutti",
    ...(near === "" ? [] : [near]),
    Buffer.from(sha256(folder), "base64url").toString("hex").slice(0, 8),
  ].join("-");
}

/** A unit of the user's own systemd. */
export function systemdUnit({ folder, command, environment, stopWithinSeconds }: Service): string {
  const variables = Object.entries(environment).map(([name, value]) => `Environment=${quoted(`${name}=${value}`)}`);
  return `[Unit]
Description=Tutti in ${specified(folder)}

[Service]
Type=exec
WorkingDirectory=${specified(folder)}
${variables.map((line) => `${line}\n`).join("")}ExecStart=${command.map((word) => quoted(word).replaceAll("$", "$$$$")).join(" ")}
Restart=on-failure
RestartSec=2
# The daemon ends the programs of its steps itself.
KillMode=mixed
TimeoutStopSec=${stopWithinSeconds}

[Install]
WantedBy=default.target
`;
}

/** In systemd's quotes, with its specifiers switched off. */
function quoted(text: string): string {
  return `"${specified(text).replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}

function specified(text: string): string {
  return text.replaceAll("%", "%%");
}

export function launchdLabel(folder: string): string {
  return `dev.${serviceName(folder).replace("-", ".")}`;
}

/** An agent of launchd, for the user that is logged in. */
export function launchdPlist({ folder, command, environment, stopWithinSeconds }: Service): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key>
  ${string(launchdLabel(folder))}
  <key>ProgramArguments</key>
  <array>
${command.map((word) => `    ${string(word)}`).join("\n")}
  </array>
  <key>WorkingDirectory</key>
  ${string(folder)}
  <key>EnvironmentVariables</key>
  <dict>
${Object.entries(environment)
  .map(([name, value]) => `    <key>${escaped(name)}</key>\n    ${string(value)}`)
  .join("\n")}
  </dict>
  <key>RunAtLoad</key>
  <true/>
  <key>KeepAlive</key>
  <dict>
    <key>SuccessfulExit</key>
    <false/>
  </dict>
  <key>ExitTimeOut</key>
  <integer>${stopWithinSeconds}</integer>
</dict>
</plist>
`;
}

function string(text: string): string {
  return `<string>${escaped(text)}</string>`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
