import type { StoredEvent as SdkEvent } from "tutti/client";

/** As much of a stored event as pages look at. */
export type StoredEvent = Pick<SdkEvent, "type" | "subject" | "sequence" | "data">;
