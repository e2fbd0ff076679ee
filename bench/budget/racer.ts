// One of several processes that call a metered model on one Postgres until its budget refuses; prints how often each went.
import { openPostgres } from "../../src/storage/postgres.ts";
import { openMeterCase } from "./meter-case.ts";

const [url = "", schema = "", lanes = "1", calls = "1"] = process.argv.slice(2);
await using database = await openPostgres({ url, schema });
await using meter = await openMeterCase(database, { delayMs: 1, isMetered: true, shared: { url, schema } });
let made = 0;
let refused = 0;
await Promise.all(
  Array.from({ length: Number(lanes) }, async (_, lane) => {
    for (let index = 0; index < Number(calls); index++) {
      if (await meter.call(`${process.pid}-${lane}`)) made++;
      else refused++;
    }
  }),
);
process.stdout.write(JSON.stringify({ made, refused }));
