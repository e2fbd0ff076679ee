// Stores spans until it is killed, and says how many are stored.
import { systemClock } from "../../../../src/core/clock.ts";
import { silentLog } from "../../../../src/core/log.ts";
import { createTelemetryStore } from "../../../../src/observability/store/store.ts";
import { logRecord, trace } from "../../../support/telemetry.ts";

const [path = "", first = "1"] = process.argv.slice(2);
const store = createTelemetryStore({ path, clock: systemClock, log: silentLog, sample: 1 });
for (let number = Number(first); ; number++) {
  store.sink.spans(trace(number, 4, { attributes: { number, text: "some words of it" } }));
  store.sink.logs([logRecord({ message: `told ${number}` })]);
  await store.flush();
  process.stdout.write(`${number}\n`);
}
