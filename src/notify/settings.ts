import { z } from "zod";
import type { ConfigSection } from "../core/capability.ts";
import { secretBytes } from "./signature.ts";

// What they do is fixed, so nobody may give their names to something else.
export const builtIn = ["log", "desktop"] as const;

const channelName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,63}$/i, 'is not a plain name such as "team"')
  .refine((name) => !builtIn.some((taken) => taken === name), "is a channel that is always there");

const webhook = z.strictObject({
  webhook: z.url({ protocol: /^https?$/, error: 'is not a URL such as "https://hooks.example.org/tutti"' }),
  secret: z
    .string()
    .refine((text) => secretBytes(text) !== null, 'is not "whsec_" and 24 to 64 bytes in base64')
    .optional(),
});

const email = z.strictObject({
  email: z.union([z.email(), z.array(z.email()).min(1)]),
});

const command = z.strictObject({
  command: z.array(z.string().min(1)).min(1),
});

export const notifySection = {
  name: "notify",
  schema: z.strictObject({
    channels: z
      .record(channelName, z.union([webhook, email, command]))
      .default({})
      .describe(
        "Ways to tell people something, by name: {webhook: URL, secret: whsec_…}, {email: ADDRESS}, or {command: [PROGRAM, …]}, which reads the notice as JSON. log and desktop are always there.",
      ),
    smtp: z
      .string()
      .regex(/^smtps?:\/\/[^/\s]+/, 'is not an address such as "smtp://user:${SMTP_PASSWORD}@mail.example.org:587"')
      .optional()
      .describe("The server that mail goes through, such as smtps://user:${SMTP_PASSWORD}@mail.example.org."),
    from: z.email().optional().describe("Whom mail is from; unset: the first address that it goes to."),
  }),
} as const satisfies ConfigSection;

export type NotifySettings = z.output<typeof notifySection.schema>;
export type ChannelSettings = NotifySettings["channels"][string];
