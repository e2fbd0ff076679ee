import type { Transporter } from "nodemailer";
import { TuttiError } from "../core/error.ts";
import type { Channel, Notice } from "./notice.ts";

export interface EmailOptions {
  readonly name: string;
  readonly to: readonly string[];
  readonly from: string | undefined;
  readonly smtp: string | undefined;
}

const longestMs = 15_000;
const marks = { info: "", warning: "[warning] ", critical: "[critical] " } as const;

/** Plain text by SMTP; encrypted where the server can, and always by `smtps:`. */
export function emailChannel({ name, to, from, smtp }: EmailOptions): Channel {
  let transport: Promise<Transporter> | undefined;
  const connected = (): Promise<Transporter> => (transport ??= open(smtp));
  return {
    name,
    kind: "email",
    target: to.join(", "),
    async tell(notice, { id, signal }) {
      signal.throwIfAborted();
      const mail = { from: from ?? to[0], to: [...to], subject: subjectOf(notice), text: textOf(notice) };
      // The same in every try, so that a mail program shows one.
      await (await connected()).sendMail({ ...mail, messageId: `<${id}@tutti.invalid>` });
    },
    async prove(signal) {
      signal.throwIfAborted();
      await (await connected()).verify();
    },
  };
}

async function open(smtp: string | undefined): Promise<Transporter> {
  if (smtp === undefined) {
    throw new TuttiError("notify.failed", "there is no mail server", {
      hint: "Name one as notify.smtp in tutti.yaml.",
      data: { isFinal: true },
    });
  }
  const { createTransport } = await import("nodemailer");
  return createTransport({
    url: smtp,
    connectionTimeout: longestMs,
    greetingTimeout: longestMs,
    socketTimeout: longestMs,
    // A notice holds text only; nothing of it may make a file or an address be read.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
}

function subjectOf({ severity, title }: Notice): string {
  return `${marks[severity]}${title}`;
}

function textOf({ body, path }: Notice): string {
  return `${body}\n\nIn Tutti: ${path} (\`tutti open ${path}\`)\n`;
}
