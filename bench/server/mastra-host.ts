// Mastra behind its Hono adapter, in a process of its own, as its documentation sets it up; it asks nobody for a token.
import { serve } from "@hono/node-server";
import { Mastra } from "@mastra/core";
import { MastraServer } from "@mastra/hono";
import { Hono } from "hono";
import { fourSteps, openStore } from "../contenders/mastra.ts";

const store = openStore(process.argv[2] ?? "");
const mastra = new Mastra({ storage: store, workflows: { workflow: fourSteps() }, logger: false });
await store.init();
const app = new Hono();
await new MastraServer({ app, mastra }).init();
serve({ fetch: app.fetch, hostname: "127.0.0.1", port: 0 }, ({ port }) => {
  process.send?.({ url: `http://127.0.0.1:${port}`, token: "" });
});
process.once("disconnect", () => process.exit());
