import assert from "node:assert/strict";
import { mkdtempSync, rmSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { toBytes } from "../../../src/core/byte-size.ts";
import { systemClock } from "../../../src/core/clock.ts";
import { blobPlace, fileBlobs } from "../../../src/storage/blob.ts";
import { createBlobGarbage } from "../../../src/storage/blob-garbage.ts";
import { fileBlobShelf } from "../../../src/storage/blob-shelf.ts";

const collecting = { whole: true, signal: new AbortController().signal, pause: async () => undefined };

function openPlace() {
  const folder = mkdtempSync(join(tmpdir(), "tutti-blobs-"));
  const named = new Set<string>();
  const garbage = createBlobGarbage({
    shelf: fileBlobShelf(folder, systemClock),
    clock: systemClock,
    holders: () => [async (hashes) => hashes.filter((hash) => named.has(hash))],
  });
  const age = (hash: string): void => utimesSync(blobPlace(folder, hash), 1_000, 1_000);
  const blobs = fileBlobs(folder);
  return { blobs, garbage, named, age, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}

describe("blobs that are files", () => {
  it("go once they are old and no row names them", async () => {
    using place = openPlace();
    const [kept, gone, young] = await Promise.all(
      ["kept", "gone", "young"].map((text) => place.blobs.put(Buffer.from(text))),
    );
    for (const hash of [kept, gone]) place.age(hash ?? "");
    place.named.add(kept ?? "");
    assert.deepEqual(await place.garbage.collect(collecting), { count: 1, bytes: 4 });
    assert.deepEqual([...(await place.blobs.sizes([kept ?? "", gone ?? "", young ?? ""])).keys()], [kept, young]);
  });

  it("stay where the same bytes were just stored again, by a row that is on its way", async () => {
    using place = openPlace();
    const hash = await place.blobs.put(Buffer.from("again"));
    place.age(hash);
    await place.blobs.put(Buffer.from("again"));
    assert.deepEqual(await place.garbage.collect(collecting), { count: 0, bytes: 0 });
  });
});

describe("a size in the settings", () => {
  it("is a number of bytes, or a number with a unit", () => {
    assert.deepEqual(["1GB", "1.5 MB", "2GiB", 7].map(toBytes), [1e9, 1.5e6, 2 * 1_024 ** 3, 7]);
    assert.throws(() => toBytes("5x"), { code: "usage.invalid" });
  });
});
