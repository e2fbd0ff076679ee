import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { keptBytes, pruneOffer, roomProblem, type Sizes } from "../../../web/data/storage.ts";

const sizes: Sizes = {
  databaseBytes: 400e6,
  blobsBytes: 200e6,
  telemetryBytes: 100e6,
  capBytes: 1e9,
  freeBytes: 50e9,
};

describe("the room that data takes", () => {
  it("is all that lies on this machine, and not known where the database is somewhere else", () => {
    assert.equal(keptBytes(sizes), 700e6);
    assert.equal(keptBytes({ ...sizes, databaseBytes: null, blobsBytes: null }), null);
  });

  it("is a problem above the cap and on a full disk alone", () => {
    assert.equal(roomProblem(sizes), null);
    assert.match(roomProblem({ ...sizes, databaseBytes: 900e6 }) ?? "", /takes .*1.2.* and may take/);
    assert.match(roomProblem({ ...sizes, freeBytes: 3e8 }) ?? "", /disk is almost full/);
  });

  it("offers a prune only where something would go", () => {
    assert.equal(pruneOffer({ kinds: [{ name: "runs", count: 0 }], freedBytes: 0 }, 30), null);
    const offer = pruneOffer({ kinds: [{ name: "runs", count: 7 }], freedBytes: 412e6 }, 30) ?? "";
    assert.match(offer, /^Prune runs older than 30 d, frees 412.MB$/);
  });
});
