// What `import … from "tutti/client"` gives. No Node, no dependency: a browser gets the same.
export { TuttiError, type ErrorCode } from "../core/error.ts";
export type * from "./api.ts";
export type { CallOptions } from "./client.ts";
export type { LiveEvent, Resync, StoredEvent, TuttiEvent } from "./event.ts";
export type { EventsOptions } from "./events.ts";
export type { Fetch } from "./fetch-transport.ts";
export type { Following } from "./following.ts";
export type { Listing } from "./listing.ts";
export { createTutti, type Tutti, type TuttiOptions } from "./tutti.ts";
