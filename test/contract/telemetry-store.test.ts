import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { telemetryStoreContract } from "./telemetry-store.ts";

telemetryStoreContract("in memory", () => ({ path: ":memory:", [Symbol.dispose]: () => undefined }));
telemetryStoreContract("a file in a thread", () => {
  const folder = mkdtempSync(join(tmpdir(), "tutti-telemetry-"));
  return {
    path: join(folder, "telemetry.db"),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
});
