import { hash } from "node:crypto";
import type { TuttiError } from "../core/error.ts";
import { toProblem } from "./problem.ts";

const policy = (style: string): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    `style-src ${style}`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");

/** On every answer, whatever it is. */
export const securityHeaders: Readonly<Record<string, string>> = {
  "content-security-policy": policy("'self'"),
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

const style = `:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:34rem;margin:18vh auto 0;padding:0 1.5rem}
h1{font-size:1.25rem;margin:0 0 .5rem}code{font-family:ui-monospace,monospace}small{opacity:.7}`;

interface Said {
  readonly title: string;
  readonly detail: string;
  readonly hint: string | null;
}

/** A page for people who cannot have the one that they wanted; it needs no file and loads none. */
export function problemPage(error: TuttiError): Page {
  const { title, detail, hint, code } = toProblem(error);
  const said = code === "access.denied" ? loginNeeded(detail) : { title, detail: `${detail}.`, hint };
  return toPage(said, { head: "", foot: code });
}

/**
 * For who follows a link from elsewhere: the browser holds a Strict cookie back then. Asked for again by a page of ours, it
 * sends it along; that second request is no cross-site one, so this happens once.
 */
export function againPage(): Page {
  const said = { title: "One moment", detail: "Opening Tutti.", hint: null };
  return toPage(said, { head: '<meta http-equiv="refresh" content="0">', foot: "" });
}

function loginNeeded(detail: string): Said {
  const hint =
    "Run `tutti open` in the folder of your project: it opens this page by a link that works once, and this browser stays logged in for 30 days.";
  return { title: "This browser is not logged in", detail: `${detail[0]?.toUpperCase()}${detail.slice(1)}.`, hint };
}

export interface Page {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

function toPage({ title, detail, hint }: Said, { head, foot }: { head: string; foot: string }): Page {
  const body = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">${head}
<title>${escaped(title)} – Tutti</title><style>${style}</style></head>
<body><main><h1>${escaped(title)}</h1><p>${escaped(detail)}</p>${hint === null ? "" : `<p>${withCode(hint)}</p>`}
<p><small>${escaped(foot)}</small></p></main></body></html>
`;
  const own = `'sha256-${hash("sha256", style, "base64")}'`;
  return {
    body,
    headers: {
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-store",
      "content-security-policy": policy(own),
    },
  };
}

function withCode(text: string): string {
  return escaped(text).replaceAll(/`([^`]+)`/g, "<code>$1</code>");
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
