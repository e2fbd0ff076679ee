import { getRequestListener } from "@hono/node-server";
import type { Hono } from "hono";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { TuttiError } from "../core/error.ts";
import type { Log } from "../core/log.ts";
import { admit, isLinkFromElsewhere, type GateOptions } from "./gate.ts";
import { againPage, problemPage, securityHeaders, type Page } from "./page.ts";
import { problemResponse, problemType, toProblem } from "./problem.ts";
import { stopping } from "./stream.ts";

export interface DoorOptions extends GateOptions {
  /** Once aborted, nobody is let in any more, not by a connection that is kept either. */
  readonly closing: AbortSignal;
  readonly log: Log;
}

type Caller = "http" | "web";

/** Lets requests in to the app. Nothing of one is read before it is admitted; `Expect: 100-continue` asks for just that. */
export function attachDoor(server: Server, door: DoorOptions, app: Hono): void {
  const callers = new WeakMap<IncomingMessage, Caller>();
  const answer = getRequestListener(
    (request, env) => app.fetch(request, { ...env, caller: callers.get(env.incoming as IncomingMessage) }),
    { errorHandler: (error) => problemResponse(toMalformed(error)) },
  );
  const letIn = (request: IncomingMessage, response: ServerResponse, caller: Caller): Promise<void> => {
    if (request.headers.expect !== undefined) response.writeContinue();
    callers.set(request, caller);
    return answer(request, response);
  };
  for (const event of ["request", "checkContinue"]) {
    server.on(event, (request: IncomingMessage, response: ServerResponse) => {
      // The last boundary: one request that cannot be answered must not end the host.
      handle(request, response, { ...door, letIn }).catch((error: unknown) => {
        door.log.error("server.defect", { error: error instanceof Error ? error.stack : String(error) });
        response.destroy();
      });
    });
  }
}

interface OpenDoor extends DoorOptions {
  letIn(request: IncomingMessage, response: ServerResponse, caller: Caller): Promise<void>;
}

const always = new Map(Object.entries(securityHeaders));

async function handle(request: IncomingMessage, response: ServerResponse, door: OpenDoor): Promise<void> {
  response.setHeaders(always);
  const admission = admit(door, request);
  switch (admission.kind) {
    case "refuse":
      return refuse(request, response, { error: admission.error, log: door.log });
    case "enter":
      response.setHeader("set-cookie", admission.cookie);
      response.writeHead(303, { location: admission.location, "cache-control": "no-store" }).end();
      return;
    case "pass":
      if (door.closing.aborted) {
        response.setHeader("connection", "close");
        return refuse(request, response, { error: stopping(), log: door.log });
      }
      request.url = admission.target;
      if (admission.cookie !== null) response.setHeader("set-cookie", admission.cookie);
      await door.letIn(request, response, admission.caller);
  }
}

function toMalformed(error: unknown): unknown {
  if (error instanceof TuttiError) return error;
  return new TuttiError("request.malformed", error instanceof Error ? error.message : String(error));
}

interface Refusal {
  readonly error: TuttiError;
  readonly log: Log;
}

function refuse(request: IncomingMessage, response: ServerResponse, { error, log }: Refusal): void {
  const problem = toProblem(error);
  const { status, code } = problem;
  log.debug("server.refused", { code });
  if (status === 401) response.setHeader("www-authenticate", 'Bearer realm="tutti"');
  const { body, headers } = wantsPage(request)
    ? pageFor(request, error)
    : { body: JSON.stringify(problem), headers: asProblem };
  response.writeHead(status, headers).end(request.method === "HEAD" ? undefined : body);
}

const asProblem = { "content-type": problemType, "cache-control": "no-store" };

function wantsPage({ url = "", headers }: IncomingMessage): boolean {
  return !/^\/api(\/|\?|$)/.test(url) && (headers.accept ?? "").includes("text/html");
}

function pageFor(request: IncomingMessage, error: TuttiError): Page {
  const hasLink = /[?&]token=/.test(request.url ?? "");
  return error.code === "access.denied" && isLinkFromElsewhere(request) && !hasLink ? againPage() : problemPage(error);
}
