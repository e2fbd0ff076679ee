import { TuttiError } from "../core/error.ts";
import type { HostNames } from "./host-names.ts";
import type { Sessions } from "./session.ts";

/** What of a request is looked at before anything of it is parsed. */
export interface RawRequest {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly httpVersion: string;
  /** Names and values in turn, as they came. */
  readonly rawHeaders: readonly string[];
}

export type Admission =
  /** `target` is a path with its query, whatever form the request had. */
  | { readonly kind: "pass"; readonly caller: "http" | "web"; readonly target: string; readonly cookie: string | null }
  /** A one-time link: the session's cookie, and where to go. */
  | { readonly kind: "enter"; readonly cookie: string; readonly location: string }
  | { readonly kind: "refuse"; readonly error: TuttiError };

export interface GateOptions {
  readonly names: HostNames;
  readonly sessions: Sessions;
  /** Targets for which no token is asked. */
  readonly isOpen: (method: string | undefined, target: string) => boolean;
}

/** Host, then Origin, then token, so that a stranger learns nothing but that. */
export function admit({ names, sessions, isOpen }: GateOptions, request: RawRequest): Admission {
  try {
    const { host, target } = checkHost(names, request);
    checkOrigin(names, request, host);
    if (isOpen(request.method, target)) return admitAnybody(sessions, request, target);
    return checkToken(sessions, request, target);
  } catch (error) {
    if (error instanceof TuttiError) return { kind: "refuse", error };
    throw error;
  }
}

function checkHost(names: HostNames, request: RawRequest): { host: string; target: string } {
  const [host, ...others] = valuesOf(request, "host");
  if (others.length > 0) throw malformed("the request has more than one Host");
  if (host === undefined && request.httpVersion === "1.1") throw malformed("the request has no Host");
  const { authority, target } = splitTarget(request.url ?? "");
  for (const name of [host ?? "", authority ?? host ?? ""]) {
    if (!names.has(name)) throw foreignHost(name);
  }
  return { host: host ?? "", target };
}

/** A proxy's client sends the whole address, whose host goes before that of the header. */
function splitTarget(url: string): { authority: string | null; target: string } {
  if (url.startsWith("/")) return { authority: null, target: url };
  const [, authority, target] = /^https?:\/\/([^/?#]*)([^#]*)$/i.exec(url) ?? [];
  if (authority === undefined || target === undefined) throw malformed(`the request has no path`);
  return { authority, target: target.startsWith("/") ? target : `/${target}` };
}

function checkOrigin(names: HostNames, request: RawRequest, host: string): void {
  const origins = valuesOf(request, "origin");
  const stranger = origins.find((origin) => !names.isOrigin(origin, host));
  if (stranger !== undefined) throw foreignOrigin(`a page of ${quoted(stranger)} may not call Tutti`);
  // Where a browser sends no Origin it may still say whose page asks. To follow a link is no call.
  const site = only(request, "sec-fetch-site");
  if ((site === "cross-site" || site === "same-site") && !isNavigation(request)) {
    throw foreignOrigin("a page of another origin may not call Tutti");
  }
}

/** Somebody follows a link of a page of another origin. */
export function isLinkFromElsewhere(request: RawRequest): boolean {
  const site = only(request, "sec-fetch-site");
  return (site === "cross-site" || site === "same-site") && isNavigation(request);
}

function isNavigation(request: RawRequest): boolean {
  const [mode, destination] = [only(request, "sec-fetch-mode"), only(request, "sec-fetch-dest")];
  return isRead(request) && mode === "navigate" && destination === "document";
}

/** Who has a token or a session comes in as who they are; everybody else does, too. */
function admitAnybody(sessions: Sessions, request: RawRequest, target: string): Admission {
  try {
    return checkToken(sessions, request, target);
  } catch (error) {
    if (error instanceof TuttiError && error.code === "access.denied")
      return { kind: "pass", caller: "http", target, cookie: null };
    throw error;
  }
}

function checkToken(sessions: Sessions, request: RawRequest, target: string): Admission {
  const authorization = only(request, "authorization");
  if (authorization !== undefined) {
    const [, given = ""] = /^bearer +(\S+) *$/i.exec(authorization) ?? [];
    if (sessions.isToken(given)) return { kind: "pass", caller: "http", target, cookie: null };
    throw denied("the token is not the one of this data folder");
  }
  const link = oneTimeLink(request, target);
  if (link && sessions.redeem(link.once)) return { kind: "enter", cookie: sessions.issue(), location: link.location };
  const session = sessions.check(valuesOf(request, "cookie").join(";"));
  // An old link that is opened again by who is in already does no harm.
  if (link && session !== "none") return { kind: "pass", caller: "web", target: link.location, cookie: null };
  if (link) throw denied("this link was used already, or is older than 10 minutes");
  if (session === "none") throw denied("the request has no token");
  checkIntent(request);
  return { kind: "pass", caller: "web", target, cookie: session === "ageing" ? sessions.issue() : null };
}

/** A cookie comes along with whatever a browser sends, so what changes something must say that our own page wants it. */
function checkIntent(request: RawRequest): void {
  if (isRead(request) || valuesOf(request, "origin").length > 0) return;
  if (only(request, "sec-fetch-site") === "same-origin") return;
  throw foreignOrigin("a session's cookie alone does not allow a change", {
    hint: "Send the `Origin` of the page, or `Authorization: Bearer` with the token.",
  });
}

function oneTimeLink(request: RawRequest, target: string): { once: string; location: string } | null {
  if (request.method !== "GET" || !target.includes("token=") || /^\/api(\/|\?|$)/.test(target)) return null;
  const [path = "/", query = ""] = target.split("?", 2);
  const rest = new URLSearchParams(query);
  const once = rest.get("token");
  if (once === null) return null;
  rest.delete("token");
  // Two slashes would lead to another host.
  return { once, location: `/${path.replace(/^[/\\]+/, "")}${rest.size > 0 ? `?${rest.toString()}` : ""}` };
}

function isRead({ method }: RawRequest): boolean {
  return method === "GET" || method === "HEAD";
}

function valuesOf({ rawHeaders }: RawRequest, name: string): string[] {
  return rawHeaders.filter((_value, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === name);
}

function only(request: RawRequest, name: string): string | undefined {
  const [value, ...others] = valuesOf(request, name);
  return others.length > 0 ? "" : value;
}

function quoted(text: string): string {
  return JSON.stringify(text.length <= 100 ? text : `${text.slice(0, 100)}…`);
}

function malformed(message: string): TuttiError {
  return new TuttiError("request.malformed", message);
}

function foreignHost(host: string): TuttiError {
  return new TuttiError("access.foreign_host", `this server does not answer to the name ${quoted(host)}`, {
    hint: "Call it by the address that `tutti up` printed; other names must be allowed when it is started.",
  });
}

function foreignOrigin(message: string, { hint }: { hint?: string } = {}): TuttiError {
  return new TuttiError("access.foreign_origin", message, {
    hint: hint ?? "Programs other than browsers send no `Origin`; pages of other origins cannot be let in.",
  });
}

/** A stranger is not told where the data folder lies: its path names a user of this machine. */
function denied(message: string): TuttiError {
  return new TuttiError("access.denied", message, {
    hint: "In a browser, open the link that `tutti open` makes; programs send `Authorization: Bearer` with the token in the data folder, `.tutti/token`.",
  });
}
