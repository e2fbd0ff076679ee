import { isIP } from "node:net";
import { z } from "zod";
import type { Check, ConfigSection } from "./core/capability.ts";
import { TuttiError } from "./core/error.ts";
import { operation, type AnyOperation } from "./core/operation.ts";

// "tune" on a telephone's keys. IANA has given it to nobody, and it lies below the ports that systems hand out by themselves.
const defaultPort = 8863;

/** A name as a URL may have it, or an address, without a port. */
export function isHostName(text: string): boolean {
  return isIP(text) !== 0 || /^(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))*$/i.test(text);
}

const hostName = z.string().refine(isHostName, 'is not a host name or an IP address, such as "127.0.0.1"');

/** Where `tutti up` serves the API and the web UI. */
export const serverSection = {
  name: "server",
  schema: z.strictObject({
    port: z
      .int()
      .min(0)
      .max(65_535)
      .default(defaultPort)
      .describe("Port of the API and the web UI; where another program has it, the next free one. 0: any free one."),
    host: hostName
      .default("127.0.0.1")
      .describe("Address to listen on. Anything but a loopback address lets other machines in, by plain HTTP."),
    allowedHosts: z
      .array(hostName)
      .default([])
      .describe("Names that a browser may call this machine by, beside localhost and the address itself."),
  }),
} as const satisfies ConfigSection;

const hostFacts = z.object({
  version: z.string(),
  pid: z.int(),
  startedAt: z.number().describe("When the process began, milliseconds since 1970."),
  uptimeMs: z.number(),
  bootMs: z.number().describe("From the start of the process until it answered."),
  url: z.string().nullable().describe("Where the API and the web UI are; null: this process is not `tutti up`."),
  home: z.string().describe("The data folder."),
  database: z.enum(["sqlite", "postgres"]),
  concurrency: z.int().describe("Runs that its worker works on at once."),
  sizes: z.object({
    databaseBytes: z.int().nullable().describe("Null where the database is not a file of this machine."),
    blobsBytes: z.int().nullable().describe("Null where blobs are rows of the database."),
    telemetryBytes: z.int().describe("Spans, log records and figures."),
    capBytes: z.int().describe("The most that all of it may take: see `tutti storage show`."),
    freeBytes: z.int().nullable().describe("Free space where the data folder lies."),
  }),
});

/** What a host says of itself. */
export type HostFacts = z.infer<typeof hostFacts>;

/** The process that answers, as its own operations see it. */
export interface Hosting {
  show(): Promise<HostFacts>;
  /** Tells `tutti up` to end in good order; returns at once. Throws where the process is another command. */
  stop(): void;
  /** A link that opens a session once. Throws where nothing is served. */
  link(path: string | undefined): string;
  /** What the doctor proves of it. */
  readonly checks: readonly Check[];
}

/** Operations that are about the process and not about what it stores. */
export function createHostOperations(hosting: Hosting = nobody): readonly AnyOperation[] {
  return [
    operation({
      name: "host.show",
      summary: "Shows the daemon of this folder: where it listens, since when, and what its data takes",
      method: "GET",
      path: "/host",
      role: "viewer",
      effect: "read",
      idempotent: true,
      input: z.strictObject({}),
      output: hostFacts,
      faces: ["cli", "http", "sdk", "mcp"],
      cli: { command: "status", examples: ["tutti status", "tutti status --json"] },
      handle: () => hosting.show(),
    }),
    operation({
      name: "host.stop",
      summary: "Ends the daemon of this folder in good order and waits until it is gone",
      method: "POST",
      path: "/host/stop",
      role: "admin",
      effect: "write",
      idempotent: true,
      input: z.strictObject({}),
      output: z.object({ pid: z.int() }),
      // Who may end the process is who may open its socket; a page in a browser is not.
      faces: ["cli"],
      cli: { command: "down", examples: ["tutti down"] },
      handle: async () => {
        hosting.stop();
        return { pid: process.pid };
      },
    }),
    operation({
      name: "host.link",
      summary: "Opens the web UI in the browser, by a link that works once",
      method: "POST",
      path: "/host/link",
      role: "admin",
      effect: "write",
      idempotent: false,
      input: z.strictObject({
        path: z
          .string()
          .regex(/^\/(?![/\\])[^\s\\]*$/, 'is not a path of the web UI, such as "/reviews"')
          .max(2_000)
          .optional()
          .describe('A page of the web UI, such as "/reviews"'),
      }),
      output: z.object({ url: z.string() }),
      faces: ["cli"],
      cli: { command: "open", positional: ["path"], examples: ["tutti open", "tutti open /reviews"] },
      handle: async ({ path }) => ({ url: hosting.link(path) }),
    }),
  ];
}

/** For the table without a process: names and schemas are all that is asked of it. */
const nobody: Hosting = {
  show: async () => Promise.reject(notServed()),
  stop: () => {
    throw notServed();
  },
  link: () => {
    throw notServed();
  },
  checks: [],
};

export function notServed(): TuttiError {
  return new TuttiError("host.unreachable", "no daemon serves this folder", { hint: "Start it: tutti up --detach" });
}
