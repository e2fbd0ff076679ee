import { createTutti } from "tutti/client";

/** The daemon that served this page, by the session's cookie. */
export const tutti = createTutti({ url: location.origin });
