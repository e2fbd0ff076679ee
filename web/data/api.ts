import { createTutti } from "tutti/client";

/** The daemon that served this page, by the session's cookie. In a report `report/api.ts` stands in this place. */
export const tutti = createTutti({ url: location.origin });

/** Whether the page answers from what it holds: nothing changes, and nothing can be done. */
export const isReport = false;
