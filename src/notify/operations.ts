import { z } from "zod";
import { TuttiError } from "../core/error.ts";
import { operation, type AnyOperation } from "../core/operation.ts";
import type { Channel, Delivery, Notice } from "./notice.ts";

export interface NotifyOperationPorts {
  readonly channels: ReadonlyMap<string, Channel>;
  readonly send: (notice: Notice, channels: readonly string[]) => Promise<readonly Delivery[]>;
}

const channelView = z.object({
  name: z.string(),
  kind: z.enum(["log", "desktop", "webhook", "email", "command"]),
  target: z.string().describe("Where it leads, without what is secret."),
});

export function createNotifyOperations({ channels, send }: NotifyOperationPorts): AnyOperation[] {
  return [
    operation({
      name: "notify.list",
      summary: "Lists the channels that people can be told by",
      method: "GET",
      path: "/notify/channels",
      role: "viewer",
      effect: "read",
      idempotent: true,
      input: z.strictObject({}),
      output: z.array(channelView),
      faces: ["cli", "http", "sdk"],
      cli: { examples: ["tutti notify list"] },
      handle: async () => [...channels.values()].map(({ name, kind, target }) => ({ name, kind, target })),
    }),
    operation({
      name: "notify.test",
      summary: "Sends a test notice by a channel and says what became of it",
      method: "POST",
      path: "/notify/channels/:name/test",
      role: "operator",
      effect: "write",
      idempotent: false,
      input: z.strictObject({ name: z.string().min(1).describe("A channel of `tutti notify list`") }),
      output: z.object({ channel: z.string() }),
      faces: ["cli", "http", "sdk"],
      cli: { positional: ["name"], examples: ["tutti notify test desktop", "tutti notify test team"] },
      handle: async ({ name }) => {
        if (!channels.has(name)) throw missing(name, channels);
        const [delivery] = await send(testNotice, [name]);
        if (delivery?.error) {
          throw new TuttiError("notify.failed", `channel "${name}": ${delivery.error}`, {
            hint: "Look at notify.channels in tutti.yaml.",
          });
        }
        return { channel: name };
      },
    }),
  ];
}

const testNotice: Notice = {
  type: "notify.test",
  title: "Test of a channel",
  body: "Somebody has asked Tutti to try this channel. Nothing is wrong.",
  severity: "info",
  path: "/alerts",
  data: {},
};

function missing(name: string, channels: ReadonlyMap<string, Channel>): TuttiError {
  return new TuttiError("notify.missing", `there is no channel "${name}"`, {
    hint: `There are ${[...channels.keys()].join(", ")}; more are named as notify.channels in tutti.yaml.`,
  });
}
