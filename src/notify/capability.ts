import type { Capability, Check, CheckResult } from "../core/capability.ts";
import type { Clock } from "../core/clock.ts";
import type { Log } from "../core/log.ts";
import type { Meters, MetricFamily } from "../core/metric.ts";
import type { Random } from "../core/random.ts";
import { emailChannel } from "./email.ts";
import type { Channel, Delivery, Notice } from "./notice.ts";
import { createNotifyOperations } from "./operations.ts";
import { commandChannel, desktopChannel, type ProgramPorts } from "./program.ts";
import { send, wordsOf } from "./sending.ts";
import { notifySection, type ChannelSettings, type NotifySettings } from "./settings.ts";
import { webhookChannel } from "./webhook.ts";

export { notifySection } from "./settings.ts";

export interface NotifyDependencies extends ProgramPorts {
  readonly settings: NotifySettings;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Asked for with each notice, since who counts may be made after this room. */
  readonly meters: () => Meters;
  readonly version: string;
  readonly platform: NodeJS.Platform;
}

export interface Notifier extends Capability {
  /** Never throws: what went wrong is in the answer, which comes within a minute. */
  readonly send: (notice: Notice, channels: readonly string[]) => Promise<readonly Delivery[]>;
}

const notices: MetricFamily = {
  name: "tutti_notices_total",
  type: "counter",
  help: "Notices by channel: told, or failed after every try.",
  unit: "",
  labels: ["channel", "outcome"],
};

/** The door of the room: ways to tell people something. */
export function createNotify(dependencies: NotifyDependencies): Notifier {
  const { clock, random, log, meters } = dependencies;
  const channels = new Map(channelsOf(dependencies).map((channel) => [channel.name, channel]));
  const counted = (channel: string, outcome: string): void => meters().add(notices, { channel, outcome });
  const sendAll: Notifier["send"] = (notice, names) => send({ channels, clock, random, log, counted }, notice, names);
  return {
    name: "notify",
    config: notifySection,
    migrations: [],
    operations: createNotifyOperations({ channels, send: sendAll }),
    checks: [...channels.values()].filter(({ kind }) => kind === "email").map(channelCheck),
    metrics: { families: [notices] },
    send: sendAll,
  };
}

function channelsOf(dependencies: NotifyDependencies): Channel[] {
  const { settings, log, platform } = dependencies;
  return [
    logChannel(log),
    desktopChannel(platform, dependencies),
    ...Object.entries(settings.channels).map(([name, channel]) => toChannel(dependencies, name, channel)),
  ];
}

function toChannel(dependencies: NotifyDependencies, name: string, channel: ChannelSettings): Channel {
  const { settings, clock, version } = dependencies;
  if ("webhook" in channel)
    return webhookChannel({ name, url: channel.webhook, secret: channel.secret, clock, version });
  if ("command" in channel) return commandChannel(name, channel.command, dependencies);
  return emailChannel({ name, to: [channel.email].flat(), from: settings.from, smtp: settings.smtp });
}

const levels = { info: "info", warning: "warn", critical: "error" } as const;

function logChannel(log: Log): Channel {
  return {
    name: "log",
    kind: "log",
    target: "the log",
    tell: async ({ type, title, body, severity, path }) => log[levels[severity]](type, { message: title, body, path }),
  };
}

function channelCheck({ name, target, prove }: Channel): Check {
  return {
    group: "Integrations",
    name: `notices to ${name}`,
    async run(signal): Promise<CheckResult> {
      try {
        await prove?.(signal);
        return { status: "ok", message: `the mail server takes mail to ${target}` };
      } catch (error) {
        const fix = "Look at notify.smtp in tutti.yaml.";
        return { status: "warn", message: wordsOf(error), fix };
      }
    },
  };
}
